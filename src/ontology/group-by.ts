import * as v from "valibot";
import { OntologyError } from "./error.ts";
import type { PropertyType } from "./file-schema.ts";
import { type Filter, filteredProperty } from "./filter.ts";
import type { ObjectType } from "./ontology.ts";
import { type ColumnValue, columnType, fromColumn, selected, toColumn } from "./property-value.ts";
import type { Statement } from "./statement.ts";
import { columnOf } from "./tables.ts";
import { hasRange, isCompound, isNumeric } from "./type-kinds.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const about = { field: v.optional(v.string()), propertyIdentifier: v.optional(v.unknown()) };
const units = ["SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "QUARTERS", "YEARS"] as const;

/** Foundry: "AggregationGroupByV2". */
export const groupSchema = v.variant("type", [
  v.object({
    type: v.literal("exact"),
    ...about,
    maxGroupCount: v.optional(count),
    defaultValue: v.optional(v.string()),
    includeNullValues: v.optional(v.boolean(), false),
  }),
  v.object({
    type: v.literal("fixedWidth"),
    ...about,
    fixedWidth: v.pipe(v.number(), v.minValue(Number.MIN_VALUE)),
  }),
  v.object({
    type: v.literal("ranges"),
    ...about,
    ranges: v.pipe(
      v.array(v.object({ startValue: v.optional(v.unknown()), endValue: v.optional(v.unknown()) })),
      v.minLength(1),
      v.maxLength(100),
    ),
  }),
  v.object({ type: v.literal("duration"), ...about, value: count, unit: v.picklist(units) }),
]);
type Grouping = v.InferOutput<typeof groupSchema>;

/** What objects are put into groups by. */
export interface Bucket {
  readonly name: string;
  /** What SQL groups by. */
  readonly expression: string;
  /** A table that is joined. */
  readonly table?: string;
  readonly condition?: string;
  /** How many different values the answer has at most. */
  readonly most?: number | undefined;
  /** The value of a group in the answer. */
  toValue(value: ColumnValue): unknown;
}

/** Throws {@link OntologyError}: PropertyNotFound, InvalidPropertyType, InvalidAggregationRange. */
export function compileGroup(group: Grouping, index: number, type: ObjectType, statement: Statement): Bucket {
  const { name, property } = filteredProperty(group as Filter, type);
  const column = columnOf(name, property);
  const present = `${column} IS NOT NULL`;
  switch (group.type) {
    case "exact": {
      if (isCompound(property.type)) throw wrongType(group, name, property);
      const { defaultValue, includeNullValues, maxGroupCount: most } = group;
      const isOptional = includeNullValues || defaultValue !== undefined;
      return {
        name,
        expression: selected(property, column),
        ...(!isOptional && { condition: present }),
        most,
        toValue: (value) => (value === null ? (defaultValue ?? null) : fromColumn(value, property)),
      };
    }
    case "fixedWidth": {
      if (!isNumeric(property.type)) throw wrongType(group, name, property);
      const width = `CAST(${statement.bind(group.fixedWidth)} AS REAL)`;
      const expression = `(floor(CAST(${column} AS REAL) / ${width}) * ${width})`;
      return { name, expression, condition: present, toValue: (value) => value };
    }
    case "ranges":
      return ranges(group, name, property, index, statement);
    case "duration":
      return duration(group, name, property, statement);
  }
}

function ranges(
  group: Grouping & { type: "ranges" },
  name: string,
  property: PropertyType,
  index: number,
  statement: Statement,
): Bucket {
  if (!hasRange(property.type)) throw wrongType(group, name, property);
  const bounds = group.ranges.map(({ startValue, endValue }) =>
    [startValue, endValue].map((bound) => {
      const value = toColumn(bound, property);
      if (value !== undefined) return value;
      const message = `A range of ${name} has a bound that is not of the type ${property.type}.`;
      throw new OntologyError("InvalidAggregationRange", message, { property: name });
    }),
  );
  const table = `range${index}`;
  const compared = property.type === "decimal" ? "REAL" : columnType(property);
  const column = `CAST(${columnOf(name, property)} AS ${compared})`;
  const bound = (at: number) => `CAST(json_extract(${table}.value, '$[${at}]') AS ${compared})`;
  const isOpen = (at: number) => `json_extract(${table}.value, '$[${at}]') IS NULL`;
  return {
    name,
    expression: `${table}.key`,
    table: `json_each(${statement.bind(JSON.stringify(bounds))}) AS ${table}`,
    condition: `${columnOf(name, property)} IS NOT NULL AND (${isOpen(0)} OR ${column} >= ${bound(0)}) AND (${isOpen(1)} OR ${column} < ${bound(1)})`,
    toValue: (key) => group.ranges[Number(key)],
  };
}

const SECONDS = { SECONDS: 1, MINUTES: 60, HOURS: 3600, DAYS: 86_400 } as const;

function duration(
  group: Grouping & { type: "duration" },
  name: string,
  property: PropertyType,
  statement: Statement,
): Bucket {
  const { unit, value } = group;
  const isDate = property.type === "date";
  if (
    (!isDate && property.type !== "timestamp") ||
    (isDate && ["SECONDS", "MINUTES", "HOURS"].includes(unit))
  ) {
    throw wrongType(group, name, property);
  }
  const column = columnOf(name, property);
  const bucket = { name, condition: `${column} IS NOT NULL` };
  const toValue = (start: ColumnValue) => (isDate ? start : `${String(start).replace(" ", "T")}Z`);
  const format = isDate ? "date" : "datetime";
  if (unit === "SECONDS" || unit === "MINUTES" || unit === "HOURS" || unit === "DAYS") {
    const width = `CAST(${statement.bind(SECONDS[unit] * value)} AS INTEGER)`;
    const time = `unixepoch(${column})`;
    const rest = `(((${time} % ${width}) + ${width}) % ${width})`;
    return { ...bucket, expression: `${format}(${time} - ${rest}, 'unixepoch')`, toValue };
  }
  if (value !== 1) {
    const message = `Groups by ${unit} have the value 1.`;
    throw new OntologyError("InvalidArgument", message, { property: name });
  }
  return { ...bucket, expression: startOf(unit, column, format), toValue };
}

/** Weeks begin on Monday. */
function startOf(unit: "WEEKS" | "MONTHS" | "QUARTERS" | "YEARS", column: string, format: string): string {
  switch (unit) {
    case "WEEKS":
      return `${format}(${column}, 'start of day', '-' || ((strftime('%w', ${column}) + 6) % 7) || ' days')`;
    case "MONTHS":
      return `${format}(${column}, 'start of month')`;
    case "QUARTERS":
      return `${format}(${column}, 'start of month', '-' || ((strftime('%m', ${column}) - 1) % 3) || ' months')`;
    case "YEARS":
      return `${format}(${column}, 'start of year')`;
  }
}

function wrongType({ type: kind }: Grouping, name: string, { type }: PropertyType): OntologyError {
  const message = `Groups by ${kind} do not go with ${name}, which is of the type ${type}.`;
  return new OntologyError("InvalidPropertyType", message, { property: name, propertyBaseType: type });
}
