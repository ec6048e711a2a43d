import { isDeepStrictEqual } from "node:util";
import type { ValuePath } from "../documents/known-fields.ts";
import type { OntologyDefinition, PropertyType } from "./file-schema.ts";
import { own } from "./own.ts";

/** What an ontology no longer shows of the objects that there are, and where its new definition would say it. */
export interface LostData {
  /** Leads to what is there, or to what it is missing from. */
  readonly path: ValuePath;
  readonly message: string;
}

/**
 * What another definition takes out of sight: nothing is erased, and it comes back with the definition. Types,
 * properties and links that are added are no loss.
 */
export function lostData(before: OntologyDefinition, after: OntologyDefinition): LostData[] {
  const losses: LostData[] = [];
  for (const [name, type] of Object.entries(before.objectTypes)) {
    const path = ["objectTypes", name];
    const next = own(after.objectTypes, name);
    if (!next) {
      losses.push({ path, message: `The objects of ${name} go with their type.` });
      continue;
    }
    const [was, is] = [keyOf(type), keyOf(next)];
    if (!isDeepStrictEqual(was, is)) {
      const message = `The objects of ${name} are told apart by ${was.name}, of the type ${was.type}: none has another primary key.`;
      losses.push({ path: [...path, "primaryKey"], message });
      continue;
    }
    for (const [property, definition] of Object.entries(type.properties)) {
      const at = [...path, "properties", property];
      const other = own(next.properties, property);
      if (!other)
        losses.push({ path: at, message: `The values of ${name}.${property} go with the property.` });
      else if (typeOf(definition) !== typeOf(other)) {
        const message = `The values of ${name}.${property} are of the type ${typeOf(definition)}: none is of another.`;
        losses.push({ path: [...at, "type"], message });
      }
    }
  }
  for (const [name, { from, to }] of Object.entries(before.linkTypes)) {
    const next = own(after.linkTypes, name);
    const path = ["linkTypes", name];
    const isKept =
      from.foreignKey !== undefined ||
      (next?.from.foreignKey === undefined &&
        next?.from.objectType === from.objectType &&
        next.to.objectType === to.objectType);
    if (!isKept) losses.push({ path, message: `The links of ${name} go with the way it is defined.` });
  }
  return losses;
}

function keyOf({ primaryKey, properties }: OntologyDefinition["objectTypes"][string]) {
  return { name: primaryKey, type: own(properties, primaryKey)?.type };
}

function typeOf(type: PropertyType): string {
  return type.type === "array" ? `array of ${type.items.type}` : type.type;
}
