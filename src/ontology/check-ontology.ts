import type { PlacedValue } from "../documents/checked-value.ts";
import type { ValuePath } from "../documents/known-fields.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import type {
  LinkTypeDefinition,
  ObjectTypeDefinition,
  OntologyDefinition,
  PropertyType,
} from "./file-schema.ts";
import { own } from "./own.ts";

/** An ontology, and where in its files things stand. */
export interface ReadOntology {
  readonly definition: OntologyDefinition;
  /** Where a definition, or what is in it, stands. The path begins with its kind and its API name. */
  readonly places: Pick<PlacedValue, "at" | "atName">;
}

/** Types whose values can tell objects apart. Foundry: "Primary key property types". */
const keyTypes: ReadonlySet<string> = new Set([
  ...["string", "boolean", "byte", "short", "integer", "long", "date", "timestamp"],
]);

/** How many properties a type may have: its objects are rows of a table. */
const MOST_PROPERTIES = 90;

/**
 * Checks what an ontology's files say together. Reports PropertyNotFound, ObjectTypeNotFound, InvalidPrimaryKey,
 * InvalidForeignKey, NameConflict, TooManyProperties, DuplicateLink and ReadByNobody as a warning.
 */
export function checkOntology({ definition, places }: ReadOntology, report: Report): void {
  const { objectTypes, linkTypes } = definition;
  const error = (code: string, path: ValuePath, message: string, remedy: string) =>
    report.error(code, places.at(path), message, remedy);
  checkCase("objectTypes", Object.keys(objectTypes));
  checkCase("linkTypes", Object.keys(linkTypes));
  for (const [name, type] of Object.entries(objectTypes)) checkObjectType(["objectTypes", name], name, type);
  const sides = new Map<string, string>();
  for (const [name, type] of Object.entries(linkTypes)) checkLinkType(["linkTypes", name], name, type, sides);

  function checkObjectType(path: ValuePath, name: string, type: ObjectTypeDefinition): void {
    const { properties, primaryKey, titleProperty, permissions } = type;
    const known = Object.keys(properties);
    checkCase("properties", known, path);
    if (known.length > MOST_PROPERTIES) {
      const message = `${name} has more than ${MOST_PROPERTIES} properties.`;
      error(
        "TooManyProperties",
        [...path, "properties"],
        message,
        "Put some of them into a struct, or into objects of their own.",
      );
    }
    for (const field of ["primaryKey", "titleProperty"] as const) {
      const wanted = { primaryKey, titleProperty }[field];
      if (wanted === undefined || own(properties, wanted)) continue;
      const remedy = didYouMean(wanted, known, `add the property, or name another.`);
      error("PropertyNotFound", [...path, field], `${name} has no property ${wanted}.`, remedy);
    }
    const key = own(properties, primaryKey);
    if (key && !keyTypes.has(key.type)) {
      const message = `A property of the type ${key.type} cannot be a primary key.`;
      error(
        "InvalidPrimaryKey",
        [...path, "primaryKey"],
        message,
        `Use one of: ${[...keyTypes].join(", ")}.`,
      );
    }
    if (permissions.read.length > 0) return;
    const message = `Nobody may read objects of ${name}.`;
    const remedy = "Name who may in permissions.read: users, services, anyone, group:NAME or user:NAME.";
    report.warning("ReadByNobody", places.atName(path), message, remedy);
  }

  function checkLinkType(path: ValuePath, name: string, type: LinkTypeDefinition, seen: typeof sides): void {
    for (const end of ["from", "to"] as const) {
      const { objectType, apiName } = type[end];
      if (!own(objectTypes, objectType)) {
        const remedy = didYouMean(
          objectType,
          Object.keys(objectTypes),
          "add the object type, or name another.",
        );
        error(
          "ObjectTypeNotFound",
          [...path, end, "objectType"],
          `There is no object type ${objectType}.`,
          remedy,
        );
      }
      const key = `${objectType}.${apiName}`;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, name);
      else {
        const message = `${objectType} has a link ${apiName} already, of the link type ${other}.`;
        error("DuplicateLink", [...path, end, "apiName"], message, "Use another name.");
      }
      if (own(own(objectTypes, objectType)?.properties, apiName)) {
        const message = `${objectType} has a property ${apiName}, too.`;
        error("NameConflict", [...path, end, "apiName"], message, "Give one of them another name.");
      }
    }
    checkForeignKey(path, type);
  }

  function checkForeignKey(path: ValuePath, { from, to }: LinkTypeDefinition): void {
    const source = own(objectTypes, from.objectType);
    const target = own(objectTypes, to.objectType);
    if (from.foreignKey === undefined || !source || !target) return;
    const at = [...path, "from", "foreignKey"];
    const found: PropertyType | undefined = own(source.properties, from.foreignKey);
    const wanted = own(target.properties, target.primaryKey);
    if (!found) {
      const message = `${from.objectType} has no property ${from.foreignKey}.`;
      error(
        "PropertyNotFound",
        at,
        message,
        didYouMean(from.foreignKey, Object.keys(source.properties), "add the property, or name another."),
      );
    } else if (from.foreignKey === source.primaryKey) {
      error(
        "InvalidForeignKey",
        at,
        "The primary key cannot be a foreign key: links are changed, it is not.",
        "Name another property.",
      );
    } else if (wanted && keyTypes.has(wanted.type) && found.type !== wanted.type) {
      const message = `The property ${from.foreignKey} is of the type ${found.type}, the primary key of ${to.objectType} of the type ${wanted.type}.`;
      error("InvalidForeignKey", at, message, "Give both the same type.");
    }
  }

  /** Names become those of tables and columns, which do not tell cases apart. */
  function checkCase(kind: string, names: readonly string[], path: ValuePath = []): void {
    const seen = new Map<string, string>();
    for (const name of names) {
      const other = seen.get(name.toLowerCase());
      seen.set(name.toLowerCase(), name);
      if (other === undefined) continue;
      const at = places.atName([...path, kind, name]);
      report.error(
        "NameConflict",
        at,
        `${name} and ${other} differ only in their case.`,
        "Use another name.",
      );
    }
  }
}
