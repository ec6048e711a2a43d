import * as v from "valibot";
import { OntologyError } from "./error.ts";
import { type Filter, filteredProperty } from "./filter.ts";
import { type Bucket, compileGroup, groupSchema } from "./group-by.ts";
import { shownName } from "./name.ts";
import { compileSet } from "./object-set.ts";
import type { ObjectType, Ontology } from "./ontology.ts";
import { type ColumnValue, fromColumn, selected } from "./property-value.ts";
import { Statement } from "./statement.ts";
import { columnOf, tableOf } from "./tables.ts";
import { hasRange, isNumeric } from "./type-kinds.ts";

/** How many groups an answer has at most. Foundry: "AggregationGroupCountExceededLimit". */
const MOST_GROUPS = 10_000;

/** How many combinations of ranges there are at most: every object is compared with each. */
const MOST_RANGES = 100;

const direction = v.optional(v.picklist(["ASC", "DESC"]));
const metricSchema = v.looseObject({ type: v.string(), name: v.optional(v.string()), direction });

const requestSchema = v.object({
  objectSet: v.unknown(),
  aggregation: v.pipe(v.array(metricSchema), v.minLength(1), v.maxLength(20)),
  groupBy: v.optional(v.pipe(v.array(groupSchema), v.maxLength(5)), []),
  accuracy: v.optional(v.string()),
});

/** Foundry: "AggregateObjectsResponseV2". */
export interface AggregateResponse {
  readonly accuracy: "ACCURATE" | "APPROXIMATE";
  /** How many objects are in groups that the answer leaves out. */
  readonly excludedItems?: number;
  readonly data: readonly {
    readonly group: Readonly<Record<string, unknown>>;
    readonly metrics: readonly { readonly name: string; readonly value?: unknown }[];
  }[];
}

/** Groups of a set of objects and what is worked out of each. Foundry: "Aggregate object set". Throws {@link OntologyError}. */
export function aggregateObjects(sql: SqlStorage, ontology: Ontology, request: unknown): AggregateResponse {
  const parsed = v.safeParse(requestSchema, request);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new OntologyError("InvalidArgument", `${v.getDotPath(issue) ?? "The body"}: ${issue.message}.`);
  }
  const { objectSet, aggregation, groupBy } = parsed.output;
  checkRanges(groupBy);
  const statement = new Statement();
  const { type, condition } = compileSet(objectSet, ontology, { sql, statement });
  const groups = groupBy.map((group, index) => compileGroup(group, index, type, statement));
  const metrics = aggregation.map((metric) => compileMetric(metric, type));
  const columns = [
    ...groups.map(({ expression }) => expression),
    ...metrics.map(({ expression }) => expression),
  ];
  const from = [tableOf(type), ...groups.flatMap(({ table }) => table ?? [])].join(" JOIN ");
  const conditions = [condition, ...groups.flatMap((group) => group.condition ?? [])].join(" AND ");
  const grouped = groups.length > 0 ? `GROUP BY ${groups.map((_, index) => index + 1).join(", ")}` : "";
  const orders = [
    ...metrics.flatMap(({ direction }, index) =>
      direction ? [`${groups.length + index + 1} ${direction}`] : [],
    ),
    ...groups.map((_, index) => `${index + 1}`),
  ];
  const order = orders.length > 0 && grouped !== "" ? `ORDER BY ${orders.join(", ")}` : "";
  const rows = sql
    .exec(
      `SELECT ${columns.join(", ")}, count(*) FROM ${from} WHERE ${conditions} ${grouped} ${order}`,
      ...statement.values,
    )
    .raw<ColumnValue[]>();
  const data: AggregateResponse["data"][number][] = [];
  const limiter = new GroupLimits(groups);
  for (const row of rows) {
    if (data.length === MOST_GROUPS) {
      throw new OntologyError(
        "AggregationGroupCountExceededLimit",
        `There are more than ${MOST_GROUPS} groups.`,
        {},
      );
    }
    if (!limiter.takes(row)) continue;
    data.push({
      group: Object.fromEntries(
        groups.map(({ name, toValue }, index) => [name, toValue(row[index] ?? null)]),
      ),
      metrics: metrics.map(({ name, toValue }, index) => {
        const value = row[groups.length + index] ?? null;
        return value === null ? { name } : { name, value: toValue(value) };
      }),
    });
  }
  const { excluded } = limiter;
  return {
    accuracy: excluded > 0 ? "APPROXIMATE" : "ACCURATE",
    ...(excluded > 0 && { excludedItems: excluded }),
    data,
  };
}

/** Throws {@link OntologyError} (InvalidAggregationRange). */
function checkRanges(groupBy: readonly v.InferOutput<typeof groupSchema>[]): void {
  const counts = groupBy.map((group) => (group.type === "ranges" ? group.ranges.length : 1));
  if (counts.reduce((product, count) => product * count, 1) <= MOST_RANGES) return;
  const message = `Groups have at most ${MOST_RANGES} combinations of ranges.`;
  throw new OntologyError("InvalidAggregationRange", message);
}

/** Holds each grouping to its `maxGroupCount` values. */
class GroupLimits {
  /** How many objects were left out. */
  excluded = 0;
  readonly #groups: readonly Bucket[];
  readonly #seen: readonly Set<unknown>[];

  constructor(groups: readonly Bucket[]) {
    this.#groups = groups;
    this.#seen = groups.map(() => new Set());
  }

  takes(row: readonly ColumnValue[]): boolean {
    const fits = this.#groups.every(({ most }, index) => {
      const seen = this.#seen[index];
      return most === undefined || !seen || seen.has(row[index]) || seen.size < most;
    });
    if (fits) for (const [index, seen] of this.#seen.entries()) seen.add(row[index]);
    else this.excluded += Number(row.at(-1));
    return fits;
  }
}

interface Metric {
  readonly name: string;
  readonly expression: string;
  readonly direction: "ASC" | "DESC" | undefined;
  toValue(value: ColumnValue): unknown;
}

const same = (value: ColumnValue): unknown => value;

function compileMetric(
  { type: kind, name, direction, ...asked }: v.InferOutput<typeof metricSchema>,
  type: ObjectType,
): Metric {
  if (kind === "count") return { name: name ?? "count", expression: "count(*)", direction, toValue: same };
  const found = filteredProperty(asked as Filter, type);
  const { property } = found;
  const column = columnOf(found.name, property);
  const named = { name: name ?? `${found.name}.${kind}`, direction, toValue: same };
  const refused = () => {
    const message = `${shownName(kind)} does not go with ${found.name}, which is of the type ${property.type}.`;
    return new OntologyError("AggregationMetricNotSupported", message, {
      objectType: type.apiName,
      property: found.name,
    });
  };
  switch (kind) {
    case "approximateDistinct":
    case "exactDistinct":
      if (property.type === "array" || property.type === "struct") throw refused();
      return { ...named, expression: `count(DISTINCT ${column})` };
    case "avg":
    case "sum":
      if (!isNumeric(property.type)) throw refused();
      // Whole numbers of 64 bits are added as others: their sum need not be one.
      return { ...named, expression: `${kind}(CAST(${column} AS REAL))` };
    case "min":
    case "max":
      if (property.type === "decimal") return { ...named, expression: `${kind}(CAST(${column} AS REAL))` };
      if (!hasRange(property.type)) throw refused();
      return {
        ...named,
        expression: selected(property, `${kind}(${column})`),
        toValue: (value) => fromColumn(value, property),
      };
    default:
      throw refused();
  }
}
