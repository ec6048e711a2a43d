import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { LoadedObject, LoadObjects } from "../functions/object-parameters.ts";
import { OntologyError } from "../ontology/error.ts";
import { objectTypeOf } from "../ontology/object-set.ts";
import type { Ontologies } from "./ontologies.ts";

/** How many objects are asked for at once. */
const PAGE_SIZE = 1000;

/** Reads objects with the rights of a caller: what they may not read is not there for them. */
export function readObjects(ontologies: Ontologies, caller: Caller, context: TokenContext): LoadObjects {
  return async (objectType, primaryKeys) => {
    const found = new Map<unknown, LoadedObject>();
    try {
      const ontology = await ontologies.of(caller, context);
      const { primaryKey: field, titleProperty } = objectTypeOf(ontology.visible, objectType);
      for (let from = 0; from < primaryKeys.length; from += PAGE_SIZE) {
        const value = primaryKeys.slice(from, from + PAGE_SIZE);
        const objectSet = {
          type: "filter",
          objectSet: { type: "base", objectType },
          where: { type: "in", field, value },
        };
        const objects = await ontology.loadAll({ objectSet, pageSize: value.length, excludeRid: true });
        for (const object of objects) {
          found.set(object.__primaryKey, { ...object, __title: object[titleProperty] });
        }
      }
    } catch (error) {
      // A key that no object could have, or a type that is not there for the caller.
      if (!(error instanceof OntologyError)) throw error;
    }
    return found;
  };
}
