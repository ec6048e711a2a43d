import { ObjectSet } from "./v1-object-set.ts";
import {
  fromWire,
  type LinkFacts,
  type Locator,
  locate,
  locatorOf,
  type Ontology,
  ontologyOfCall,
  toWire,
} from "./v1-ontology.ts";

/**
 * An object as TypeScript v1 code has it: properties that can be assigned, links by their names, and `delete()`.
 * Foundry: "API: Objects and links", "API: Ontology edits".
 * @param json as the REST API gives it
 */
export function v1Object(json: Readonly<Record<string, unknown>>, ontology: Ontology): object {
  const type = ontology.types[String(json.__apiName)];
  if (!type) throw new Error(`The ontology has no ${json.__apiName}.`);
  const locator: Locator = { $apiName: type.apiName, $primaryKey: json.__primaryKey };
  const values: Record<string, unknown> = Object.assign(Object.create(null), {
    typeId: type.apiName,
    primaryKey: json.__primaryKey,
    delete: () => ontologyOfCall().edits.delete(locator),
  });
  for (const [name, property] of Object.entries(type.properties))
    values[name] = fromWire(json[name], property);
  for (const [name, link] of Object.entries(type.links)) values[name] = linkOf(locator, name, link, ontology);
  const object = new Proxy(values, {
    set(_, name, value) {
      if (typeof name !== "string" || !Object.hasOwn(type.properties, name)) {
        throw new TypeError(`${type.apiName} has no property ${String(name)} that can be set.`);
      }
      if (name === type.primaryKey) throw new TypeError(`The primary key ${name} cannot be changed.`);
      values[name] = value;
      ontologyOfCall().edits.set(locator, name, toWire(value));
      return true;
    },
  });
  locate(object, locator);
  return object;
}

/** A link of one object. What the call has changed is there when it is read. */
function linkOf(source: Locator, name: string, { target, many }: LinkFacts, ontology: Ontology): object {
  const set = () => ObjectSet.of(source.$apiName, ontology).withKey(source.$primaryKey).around(name, target);
  const edited = <T extends object>(found: readonly T[]): T[] => {
    const { added, removed } = ontologyOfCall().edits.linked(source, name);
    const keys = (list: readonly Locator[]) => new Set(list.map((each) => each.$primaryKey));
    const gone = keys(removed);
    const here = new Set(found.map((each) => locatorOf(each).$primaryKey));
    const news = added.filter((each) => !here.has(each.$primaryKey));
    return [
      ...found.filter((each) => !gone.has(locatorOf(each).$primaryKey)),
      ...news.map((each) => objects.get(each) as T),
    ].filter((each) => each !== undefined);
  };
  const link = (type: "addLink" | "removeLink", object: unknown) => {
    const to = locatorOf(object);
    objects.set(to, object as object);
    ontologyOfCall().edits.link(type, source, name, to);
  };
  if (many) {
    return {
      all: () => edited(set().all()),
      allAsync: async () => edited(await set().allAsync()),
      add: (object: unknown) => link("addLink", object),
      remove: (object: unknown) => link("removeLink", object),
      set: (list: readonly unknown[]) => {
        for (const each of edited(set().all())) link("removeLink", each);
        for (const each of list) link("addLink", each);
      },
      clear: () => {
        for (const each of edited(set().all())) link("removeLink", each);
      },
    };
  }
  const one = (found: readonly object[]) => edited(found).at(-1);
  const clear = () => {
    for (const each of edited(set().all())) link("removeLink", each);
  };
  return {
    get: () => one(set().all()),
    getAsync: async () => one(await set().allAsync()),
    set(object: unknown) {
      const to = locatorOf(object);
      objects.set(to, object as object);
      ontologyOfCall().edits.setLink(source, name, to);
    },
    clear,
  };
}

/** Objects that links were made to, by their locators. */
const objects = new WeakMap<Locator, object>();
