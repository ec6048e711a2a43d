/** What functions import as `@foundry/ontology-api` (TypeScript v1), made of the ontology that they are published with. */
import { makeObjectsWith } from "./arguments.ts";
import { ObjectSet } from "./v1-object-set.ts";
import { v1Object } from "./v1-objects.ts";
import { findLocator, type Ontology, ontologyOfCall, toWire } from "./v1-ontology.ts";

/**
 * `Objects.search().employee()` and `Objects.create().employee(primaryKey)`: types by their names, written small.
 * Parameters and results of the functions are such objects from then on.
 */
export function objectsOf(types: Ontology["types"]) {
  const ontology: Ontology = { types, object: (json) => v1Object(json, ontology) };
  makeObjectsWith({
    object: ontology.object,
    objectSet: (definition, objectType) => ObjectSet.of(objectType, ontology, definition),
    primaryKeyOf: (object) => findLocator(object)?.$primaryKey ?? object,
    definitionOf: (set) => (set instanceof ObjectSet ? set.toJSON() : set),
  });
  return {
    search: () =>
      byName(types, (apiName) => (objects?: readonly unknown[]) => {
        const all = ObjectSet.of(apiName, ontology);
        return objects === undefined ? all : all.withKeys(objects);
      }),
    create: () =>
      byName(types, (apiName) => (primaryKey: unknown) => {
        const key = toWire(primaryKey);
        const name = types[apiName]?.primaryKey ?? "";
        ontologyOfCall().edits.create({ $apiName: apiName, $primaryKey: key }, { [name]: key });
        return ontology.object({ __apiName: apiName, __primaryKey: key, [name]: key });
      }),
  };
}

function byName<T>(types: Ontology["types"], make: (apiName: string) => T): Record<string, T> {
  return Object.fromEntries(
    Object.keys(types).map((apiName) => [apiName.charAt(0).toLowerCase() + apiName.slice(1), make(apiName)]),
  );
}
