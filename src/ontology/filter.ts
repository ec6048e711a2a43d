import { OntologyError } from "./error.ts";
import type { PropertyType } from "./file-schema.ts";
import { nameOf, shownName } from "./name.ts";
import type { ObjectType } from "./ontology.ts";
import { own } from "./own.ts";
import { boundAs, type ColumnValue, fromColumn, selected, toColumn } from "./property-value.ts";
import { joined, negated, type Statement } from "./statement.ts";
import { columnOf, tableOf } from "./tables.ts";
import { type TermQuery, termMatcher, termsOf } from "./terms.ts";
import { isCompound } from "./type-kinds.ts";

/** A filter as it came: nothing of it is taken for what it should be. Foundry: "SearchJsonQueryV2". */
export type Filter = Readonly<Record<string, unknown>>;

/** What compiling a question needs: the values that its statement binds, and the objects that are there. */
export interface Compiling {
  readonly sql: SqlStorage;
  readonly statement: Statement;
}

const comparisons: ReadonlyMap<unknown, string> = new Map([
  ["lt", "<"],
  ["lte", "<="],
  ["gt", ">"],
  ["gte", ">="],
]);

const termQueries: ReadonlyMap<unknown, TermQuery> = new Map([
  ["containsAllTerms", "containsAllTerms"],
  ["containsAnyTerm", "containsAnyTerm"],
  ["containsAllTermsInOrder", "containsAllTermsInOrder"],
  ["containsAllTermsInOrderPrefixLastTerm", "containsAllTermsInOrderPrefixLastTerm"],
  // Foundry: "Deprecated alias for containsAllTermsInOrderPrefixLastTerm".
  ["startsWith", "containsAllTermsInOrderPrefixLastTerm"],
]);

/** How many terms a text is searched by: each of its own is compared with all of them. */
const MOST_TERMS = 100;

/**
 * The condition in SQL that a filter is of the objects of a type. Throws {@link OntologyError}: PropertyNotFound,
 * PropertiesNotFilterable, InvalidPropertyFilterValue, PropertyFiltersNotSupported, MalformedPropertyFilters.
 */
export function compileFilter(filter: unknown, type: ObjectType, compiling: Compiling, level = 0): string {
  compiling.statement.count(level);
  if (!isObject(filter)) throw malformed("A filter must be an object.");
  const { type: word, value } = filter;
  switch (word) {
    case "and":
    case "or": {
      if (!Array.isArray(value)) throw malformed(`The value of ${word} must be a list of filters.`);
      const each = value.map((one) => compileFilter(one, type, compiling, level + 1));
      return joined(each, word === "and" ? "AND" : "OR");
    }
    case "not":
      return negated(compileFilter(value, type, compiling, level + 1));
    default:
      return compileLeaf(nameOf(word), filter, type, compiling);
  }
}

function compileLeaf(word: string, filter: Filter, type: ObjectType, compiling: Compiling): string {
  const { name, property } = filteredProperty(filter, type);
  const { value } = filter;
  const column = columnOf(name, property);
  const refuse = () => notFilterable(word, type, name, property);
  const bound = (one: unknown, as: PropertyType) => boundValue(one, as, name, compiling.statement);
  const comparison = comparisons.get(word);
  if (comparison !== undefined) {
    if (property.type === "boolean" || isCompound(property.type)) throw refuse();
    const [left, right] = [column, bound(value, property)].map((side) => ordered(side, property));
    return `(${column} IS NOT NULL AND ${left} ${comparison} ${right})`;
  }
  const terms = termQueries.get(word);
  if (terms !== undefined) {
    if (property.type !== "string") throw refuse();
    if (typeof value !== "string") throw invalidValue(name, property);
    if (isObject(filter.fuzzy) || filter.fuzzy === true) throw notSupported(`${word} with fuzzy`);
    if (termsOf(value).length > MOST_TERMS) throw malformed(`${word} has more than ${MOST_TERMS} terms.`);
    const matches = termMatcher(terms, value);
    const isMatch = (text: unknown) => typeof text === "string" && matches(text);
    return amongMatching(column, type, compiling, isMatch, property, mayHaveTerms(terms, value, column));
  }
  switch (word) {
    case "eq":
      if (property.type === "array" || property.type === "struct") throw refuse();
      return `${column} IS ${bound(value, property)}`;
    case "in": {
      if (property.type === "array" || property.type === "struct") throw refuse();
      if (!Array.isArray(value)) throw malformed("The value of in must be a list.");
      return `${column} IN (${listed(
        value.map((one) => comparable(one, property, name)),
        property,
        compiling.statement,
      )})`;
    }
    case "isNull":
      if (typeof value !== "boolean") throw malformed("The value of isNull must be true or false.");
      return `${column} IS ${value ? "" : "NOT "}NULL`;
    case "contains": {
      if (property.type !== "array") throw refuse();
      const item = comparable(value, property.items, name);
      return `EXISTS (SELECT 1 FROM json_each(${column}) WHERE value IS ${compiling.statement.bind(item)})`;
    }
    case "withinBoundingBox": {
      if (property.type !== "geopoint") throw refuse();
      const isWithin = boxOf(value, name, property);
      return amongMatching(column, type, compiling, isWithin, property);
    }
    default:
      throw notSupported(word);
  }
}

/** Texts of digits do not compare as their numbers do. */
function ordered(side: string, { type }: PropertyType): string {
  return type === "decimal" ? `CAST(${side} AS REAL)` : side;
}

/** A list of values as a table of one column: a statement binds only so many. */
export function listed(values: readonly ColumnValue[], type: PropertyType, statement: Statement): string {
  return `SELECT ${boundAs(type, "value")} FROM json_each(${statement.bind(JSON.stringify(values))})`;
}

/** What is true of every value that matches, and soon known of most that do not. */
interface Presumption {
  readonly condition: string;
  readonly values: readonly string[];
}

const nothing: Presumption = { condition: "1", values: [] };

/** How many terms SQL looks for. */
const MOST_PRESUMED = 20;

/** SQL knows the lower case of ASCII alone, so it leaves texts with other letters to JavaScript. */
function mayHaveTerms(query: TermQuery, searched: string, column: string): Presumption {
  const terms = termsOf(searched);
  if (terms.length === 0 || terms.length > MOST_PRESUMED) return nothing;
  const each = terms.map(() => `instr(lower(${column}), ?) > 0`);
  const found = each.join(query === "containsAnyTerm" ? " OR " : " AND ");
  return { condition: `(${found} OR length(CAST(${column} AS BLOB)) > length(${column}))`, values: terms };
}

/** What SQL cannot say is asked of each value that there is. */
function amongMatching(
  column: string,
  type: ObjectType,
  { sql, statement }: Compiling,
  matches: (value: unknown) => boolean,
  property: PropertyType,
  { condition, values }: Presumption = nothing,
): string {
  statement.search();
  const there = sql.exec(
    `SELECT DISTINCT ${selected(property, column)} FROM ${tableOf(type)} WHERE ${column} IS NOT NULL AND ${condition}`,
    ...values,
  );
  const found: ColumnValue[] = [];
  let length = 0;
  for (const [value] of there.raw<[ColumnValue]>()) {
    if (!matches(fromColumn(value, property))) continue;
    length += String(value).length;
    statement.mustFit(length);
    found.push(value);
  }
  return `${column} IN (${listed(found, property, statement)})`;
}

/** Foundry: the corners are at the north-west and the south-east. */
function boxOf(value: unknown, name: string, property: PropertyType): (point: unknown) => boolean {
  const corners = isObject(value) ? [value.topLeft, value.bottomRight].map(coordinatesOf) : [];
  const [topLeft, bottomRight] = corners;
  if (!topLeft || !bottomRight) throw invalidValue(name, property);
  const [west, north] = topLeft;
  const [east, south] = bottomRight;
  return (point) => {
    const [longitude = 0, latitude = 0] = coordinatesOf(point) ?? [];
    const isBetween =
      west <= east ? west <= longitude && longitude <= east : longitude >= west || longitude <= east;
    return isBetween && south <= latitude && latitude <= north;
  };
}

function coordinatesOf(point: unknown): [number, number] | undefined {
  const [longitude, latitude] = isObject(point) && Array.isArray(point.coordinates) ? point.coordinates : [];
  return typeof longitude === "number" && typeof latitude === "number" ? [longitude, latitude] : undefined;
}

/** The property that a filter, an order or an aggregation is about. Throws {@link OntologyError}. */
export function filteredProperty(
  asked: Filter,
  type: ObjectType,
): { readonly name: string; readonly property: PropertyType } {
  const { field, propertyIdentifier } = asked;
  const identified =
    isObject(propertyIdentifier) && propertyIdentifier.type === "property"
      ? propertyIdentifier.apiName
      : undefined;
  const name = field ?? identified;
  if (typeof name !== "string") throw malformed("A filter must name a property in field.");
  return { name, property: propertyOf(type, name) };
}

/** Throws {@link OntologyError} (PropertyNotFound). */
export function propertyOf(type: ObjectType, name: string): PropertyType {
  const property = own(type.properties, name);
  if (property) return property;
  const shown = shownName(name);
  const message = `${type.apiName} has no property ${shown}.`;
  throw new OntologyError("PropertyNotFound", message, { objectType: type.apiName, property: shown });
}

function boundValue(value: unknown, type: PropertyType, name: string, statement: Statement): string {
  return boundAs(type, statement.bind(comparable(value, type, name)));
}

function comparable(value: unknown, type: PropertyType, name: string): ColumnValue {
  const column = toColumn(value, type);
  if (column === undefined || column === null) throw invalidValue(name, type);
  return column;
}

function invalidValue(property: string, { type }: PropertyType): OntologyError {
  const message = `The value that ${property} is compared with is not of the type ${type}.`;
  return new OntologyError("InvalidPropertyFilterValue", message, { property, expectedType: type });
}

function notFilterable(word: string, type: ObjectType, name: string, property: PropertyType): OntologyError {
  const message = `${word} does not go with ${name}, which is of the type ${property.type}.`;
  return new OntologyError("PropertiesNotFilterable", message, {
    objectType: type.apiName,
    properties: [name],
  });
}

function notSupported(word: string): OntologyError {
  const filter = shownName(word);
  const message = `The filter ${filter} is not supported.`;
  return new OntologyError("PropertyFiltersNotSupported", message, { propertyFilters: [filter] });
}

function malformed(message: string): OntologyError {
  return new OntologyError("MalformedPropertyFilters", message);
}

export function isObject(value: unknown): value is Filter {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
