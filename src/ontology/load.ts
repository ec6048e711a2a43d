import * as v from "valibot";
import { OntologyError } from "./error.ts";
import { type Filter, filteredProperty, isObject, propertyOf } from "./filter.ts";
import { nameOf } from "./name.ts";
import { compileSet, ridOf } from "./object-set.ts";
import type { ObjectType, Ontology } from "./ontology.ts";
import { boundAs, type ColumnValue, fromColumn, selected, toColumn } from "./property-value.ts";
import { joined, Statement } from "./statement.ts";
import { columnOf, keyColumn, keyTypeOf, tableOf } from "./tables.ts";
import { isCompound } from "./type-kinds.ts";

/** How many objects a page has when nothing is said, and how many at most. Foundry: the same. */
const DEFAULT_PAGE = 1000;
const LARGEST_PAGE = 10_000;

/** A page that is longer ends early, and the next one begins there. Characters. */
const LONGEST_PAGE = 8_000_000;

/** How many properties objects may be ordered by. */
const MOST_ORDERS = 10;

/** Asks for a page of a set of objects. Foundry: "LoadObjectSetRequestV2". */
export interface LoadRequest {
  readonly objectSet: unknown;
  readonly orderBy?: unknown;
  readonly select?: unknown;
  readonly selectV2?: unknown;
  readonly pageToken?: unknown;
  readonly pageSize?: unknown;
  readonly excludeRid?: unknown;
}

/** An object as the API answers it; properties without a value are missing. */
export type LoadedObject = Readonly<Record<string, unknown>> & {
  readonly __rid?: string;
  readonly __primaryKey: unknown;
  readonly __apiName: string;
  /** Where the title property is selected, and has a value. */
  readonly __title?: string;
};

/** Foundry: "LoadObjectSetResponseV2". */
export interface LoadResponse {
  readonly data: readonly LoadedObject[];
  readonly nextPageToken?: string;
  /** Digits. */
  readonly totalCount: string;
}

/** A page of a set of objects, in the order of their primary keys when none is asked for. Throws {@link OntologyError}. */
export function loadObjects(sql: SqlStorage, ontology: Ontology, request: LoadRequest): LoadResponse {
  const statement = new Statement();
  const { type, condition } = compileSet(request.objectSet, ontology, { sql, statement });
  const orders = ordersOf(request.orderBy, type);
  const names = selectedNames(request, type);
  const size = pageSizeOf(request.pageSize);
  const [counted] = sql
    .exec(`SELECT count(*) AS n FROM ${tableOf(type)} WHERE ${condition}`, ...statement.values)
    .toArray();
  const position = positionOf(request.pageToken);
  const key = keyColumn(type);
  const after =
    "after" in position
      ? `${key} > ${boundAs(keyTypeOf(type), statement.bind(keyOf(position.after, type)))}`
      : "1";
  const limit = statement.bind(size + 1);
  const offset = statement.bind("offset" in position ? position.offset : 0);
  const columns = names.map((name) =>
    selected(propertyOf(type, name), columnOf(name, propertyOf(type, name))),
  );
  const rows = sql
    .exec(
      `SELECT ${[selected(keyTypeOf(type), key), ...columns].join(", ")} FROM ${tableOf(type)}
       WHERE ${joined([condition, after], "AND")} ORDER BY ${[...orders, key].join(", ")} LIMIT ${limit} OFFSET ${offset}`,
      ...statement.values,
    )
    .raw<ColumnValue[]>();
  const data: LoadedObject[] = [];
  let hasMore = false;
  let length = 0;
  for (const row of rows) {
    hasMore = data.length === size || length > LONGEST_PAGE;
    if (hasMore) break;
    length += row.reduce<number>((sum, value) => sum + String(value).length, 0);
    data.push(objectOf(row, names, type, request.excludeRid === true));
  }
  const next =
    orders.length === 0 ? { after: data.at(-1)?.__primaryKey } : { offset: offsetOf(position) + data.length };
  return { data, ...(hasMore && { nextPageToken: tokenOf(next) }), totalCount: String(counted?.n) };
}

function objectOf(
  [key = null, ...row]: readonly ColumnValue[],
  names: readonly string[],
  type: ObjectType,
  excludeRid: boolean,
): LoadedObject {
  const primaryKey = fromColumn(key, keyTypeOf(type));
  const object: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const value = row[index] ?? null;
    if (value !== null) object[name] = fromColumn(value, propertyOf(type, name));
  }
  const title = object[type.titleProperty];
  return {
    ...(!excludeRid && { __rid: ridOf(type.apiName, primaryKey) }),
    __primaryKey: primaryKey,
    __apiName: type.apiName,
    ...(title !== undefined && { __title: String(title) }),
    ...object,
  };
}

const orderSchema = v.object({
  fields: v.pipe(
    v.array(
      v.object({
        field: v.string(),
        direction: v.optional(v.picklist(["asc", "desc", "ASC", "DESC"]), "asc"),
      }),
    ),
    v.maxLength(MOST_ORDERS),
  ),
});

/** Whatever has no value comes last. */
function ordersOf(orderBy: unknown, type: ObjectType): string[] {
  if (orderBy === undefined || orderBy === null) return [];
  const parsed = v.safeParse(orderSchema, orderBy);
  if (!parsed.success)
    throw new OntologyError("InvalidSortOrder", "orderBy must list fields with asc or desc.");
  return parsed.output.fields.flatMap(({ field, direction }) => {
    const { name, property } = filteredProperty({ field }, type);
    if (isCompound(property.type)) {
      const message = `Objects cannot be ordered by ${name}, which is of the type ${property.type}.`;
      throw new OntologyError("InvalidSortOrder", message, { objectType: type.apiName, properties: [name] });
    }
    const column = columnOf(name, property);
    const compared = property.type === "decimal" ? `CAST(${column} AS REAL)` : column;
    return [`${column} IS NULL`, `${compared} ${direction.toUpperCase()}`];
  });
}

/** The properties that are asked for; all of them when none is named. */
function selectedNames({ select, selectV2 }: LoadRequest, type: ObjectType): string[] {
  const named = [...listOf(select, "select"), ...listOf(selectV2, "selectV2")].map((each) => {
    const name = isObject(each) && each.type === "property" ? each.apiName : each;
    if (typeof name === "string") return name;
    throw new OntologyError("InvalidArgument", "select must name properties.");
  });
  for (const name of named) propertyOf(type, name);
  return named.length > 0 ? [...new Set(named)] : Object.keys(type.properties);
}

function listOf(value: unknown, name: string): readonly (string | Filter)[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new OntologyError("InvalidArgument", `${name} must be a list.`);
}

function pageSizeOf(size: unknown): number {
  if (size === undefined || size === null) return DEFAULT_PAGE;
  const number = typeof size === "number" || typeof size === "string" ? Number(size) : Number.NaN;
  if (Number.isInteger(number) && number > 0 && number <= LARGEST_PAGE) return number;
  throw new OntologyError("InvalidPageSize", `A page has 1 to ${LARGEST_PAGE} objects.`, { pageSize: size });
}

const positionSchema = v.union([
  v.strictObject({ after: v.union([v.string(), v.number(), v.boolean()]) }),
  v.strictObject({ offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
]);
type Position = v.InferOutput<typeof positionSchema>;

/** A token says where to go on. One that somebody made up goes on elsewhere in what they may read. */
function tokenOf(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function positionOf(token: unknown): Position {
  if (token === undefined || token === null || token === "") return { offset: 0 };
  try {
    return v.parse(positionSchema, JSON.parse(Buffer.from(nameOf(token), "base64url").toString()));
  } catch {
    throw new OntologyError("InvalidPageToken", "The page token is not one of this API.", {});
  }
}

function offsetOf(position: Position): number {
  return "offset" in position ? position.offset : 0;
}

/** The key in its column. Throws {@link OntologyError} (InvalidPageToken). */
function keyOf(key: unknown, type: ObjectType): ColumnValue {
  const value = toColumn(key, keyTypeOf(type));
  if (value !== undefined && value !== null) return value;
  throw new OntologyError("InvalidPageToken", `The page token is not one of ${type.apiName}.`, {});
}

/** How many objects a set has. Throws {@link OntologyError}. */
export function countObjects(sql: SqlStorage, ontology: Ontology, objectSet: unknown): number {
  const statement = new Statement();
  const { type, condition } = compileSet(objectSet, ontology, { sql, statement });
  const query = `SELECT count(*) AS n FROM ${tableOf(type)} WHERE ${condition}`;
  return Number(sql.exec(query, ...statement.values).one().n);
}
