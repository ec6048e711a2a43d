import { OntologyError } from "./error.ts";
import { type Compiling, compileFilter, isObject, listed } from "./filter.ts";
import { nameOf, shownName } from "./name.ts";
import type { LinkSide, ObjectType, Ontology } from "./ontology.ts";
import { type ColumnValue, toColumn } from "./property-value.ts";
import { joined, negated } from "./statement.ts";
import { columnOf, keyColumn, keyTypeOf, linkTable, tableOf } from "./tables.ts";

/** A set of objects of one type, as a condition in SQL. */
export interface CompiledSet {
  readonly type: ObjectType;
  readonly condition: string;
}

/**
 * The condition of a set of objects. Foundry: "ObjectSet". Throws {@link OntologyError}: ObjectTypeNotFound,
 * LinkTypeNotFound, ObjectSetNotFound, IncompatibleNestedObjectSet, UnsupportedObjectSet, and those of filters.
 *
 * @param ontology what the caller may read of it: whatever is not in it does not exist
 */
export function compileSet(set: unknown, ontology: Ontology, compiling: Compiling, level = 0): CompiledSet {
  compiling.statement.count(level);
  const inner = (each: unknown) => compileSet(each, ontology, compiling, level + 1);
  const { type: kind, ...asked } = isObject(set) ? set : { type: "unknown" };
  switch (kind) {
    case "base":
      return { type: objectTypeOf(ontology, nameOf(asked.objectType)), condition: "1" };
    case "filter": {
      const { type, condition } = inner(asked.objectSet);
      const filter = compileFilter(asked.where, type, compiling, level + 1);
      return { type, condition: joined([condition, filter], "AND") };
    }
    case "union":
    case "intersect":
    case "subtract":
      return combined(kind, listOf(asked.objectSets, kind).map(inner));
    case "searchAround":
      return searchedAround(inner(asked.objectSet), nameOf(asked.link), ontology);
    case "static":
      return fixed(listOf(asked.objects, kind), ontology, compiling);
    case "reference":
      throw new OntologyError("ObjectSetNotFound", "There is no such set of objects.", {});
    default: {
      const message = `Sets of objects of the type ${shownName(kind)} are not supported.`;
      throw new OntologyError("UnsupportedObjectSet", message);
    }
  }
}

/** Throws {@link OntologyError} (ObjectTypeNotFound): also, in the same words, for a type that the caller may not read. */
export function objectTypeOf(ontology: Ontology, apiName: string): ObjectType {
  const type = ontology.objectTypes.get(apiName);
  if (type) return type;
  const objectType = shownName(apiName);
  throw new OntologyError("ObjectTypeNotFound", `There is no object type ${objectType} that you may read.`, {
    objectType,
  });
}

/** Throws {@link OntologyError} (LinkTypeNotFound). */
export function linkOf(type: ObjectType, apiName: string): LinkSide {
  const link = type.links.get(apiName);
  if (link) return link;
  const linkType = shownName(apiName);
  const message = `${type.apiName} has no link ${linkType}.`;
  throw new OntologyError("LinkTypeNotFound", message, { objectType: type.apiName, linkType });
}

function combined(kind: "union" | "intersect" | "subtract", sets: readonly CompiledSet[]): CompiledSet {
  const [first, ...others] = sets;
  if (!first) throw new OntologyError("UnsupportedObjectSet", `A ${kind} of no sets is of no type.`);
  if (others.some(({ type }) => type !== first.type)) {
    const message = `The sets of a ${kind} must be of one object type.`;
    throw new OntologyError("IncompatibleNestedObjectSet", message);
  }
  const conditions = sets.map(({ condition }) => condition);
  if (kind === "union") return { type: first.type, condition: joined(conditions, "OR") };
  if (kind === "intersect") return { type: first.type, condition: joined(conditions, "AND") };
  const [whole = "", ...taken] = conditions;
  return { type: first.type, condition: joined([whole, ...taken.map(negated)], "AND") };
}

function searchedAround(
  { type: source, condition }: CompiledSet,
  link: string,
  ontology: Ontology,
): CompiledSet {
  const side = linkOf(source, link);
  const type = objectTypeOf(ontology, side.target);
  return { type, condition: linkedTo(source, type, side, condition) };
}

/**
 * The condition of the objects at the other end of a link.
 * @param condition of those at this end
 */
function linkedTo(source: ObjectType, target: ObjectType, side: LinkSide, condition: string): string {
  const { foreignKey } = side.linkType.from;
  const [from, to] = side.end === "from" ? [source, target] : [target, source];
  const among = `FROM ${tableOf(source)} WHERE ${condition}`;
  if (foreignKey === undefined) {
    const [here, there] = side.end === "from" ? [`"from"`, `"to"`] : [`"to"`, `"from"`];
    const links = linkTable(side.linkType, from, to);
    return `${keyColumn(target)} IN (SELECT ${there} FROM ${links} WHERE ${here} IN (SELECT ${keyColumn(source)} ${among}))`;
  }
  const property = from.properties[foreignKey];
  if (!property) throw new Error(`${from.apiName} has no property ${foreignKey}`);
  const key = columnOf(foreignKey, property);
  return side.end === "from"
    ? `${keyColumn(target)} IN (SELECT ${key} ${among})`
    : `${key} IN (SELECT ${keyColumn(source)} ${among})`;
}

/** Objects by their resource identifiers. */
function fixed(rids: readonly unknown[], ontology: Ontology, { statement }: Compiling): CompiledSet {
  const locators = rids.map((rid) => parsedRid(nameOf(rid)));
  const [first] = locators;
  if (!first) throw new OntologyError("UnsupportedObjectSet", "A static set of no objects is of no type.");
  const type = objectTypeOf(ontology, first.objectType);
  const keys = locators.flatMap(({ objectType, key }): ColumnValue[] => {
    if (objectType !== type.apiName) {
      throw new OntologyError(
        "IncompatibleNestedObjectSet",
        "The objects of a static set must be of one type.",
      );
    }
    return [toColumn(key, keyTypeOf(type)) ?? null];
  });
  return { type, condition: `${keyColumn(type)} IN (${listed(keys, keyTypeOf(type), statement)})` };
}

const OBJECT_RID = "ri.ontology.main.object.";

/** The resource identifier of an object. */
export function ridOf(objectType: string, key: unknown): string {
  return `${OBJECT_RID}${objectType}.${Buffer.from(JSON.stringify(key)).toString("base64url")}`;
}

function parsedRid(rid: string): { readonly objectType: string; readonly key: unknown } {
  try {
    if (!rid.startsWith(OBJECT_RID)) throw new SyntaxError();
    const [objectType = "", encoded = ""] = rid.slice(OBJECT_RID.length).split(".");
    return { objectType, key: JSON.parse(Buffer.from(encoded, "base64url").toString()) };
  } catch {
    throw new OntologyError("UnsupportedObjectSet", "A static set names no object of this ontology.");
  }
}

function listOf(value: unknown, kind: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new OntologyError("UnsupportedObjectSet", `A set of the type ${kind} must have a list.`);
}
