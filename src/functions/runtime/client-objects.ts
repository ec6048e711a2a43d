import { getWireObjectSet, isObjectSet, type ObjectSet } from "@osdk/client";
import { makeObjectsWith } from "./arguments.ts";
import { clientOfCall } from "./client.ts";
import { osdkObject, primaryKeyOf } from "./osdk-object.ts";

type Json = Readonly<Record<string, unknown>>;

/** What of the client's inside makes a set of objects from its definition. */
interface ClientContext {
  objectSetFactory(type: object, context: ClientContext, definition: Json): object;
}

/**
 * From now on, objects that functions are called with have links, and sets of objects are the client's.
 * @param keys names of the primary keys, by API name of the type
 */
export function useClientForObjects(keys: Readonly<Record<string, string>>): void {
  makeObjectsWith({
    object: (json) => osdkObject(json, () => linksOf(json, keys)),
    objectSet,
    primaryKeyOf,
    definitionOf: (set) => (isSet(set) ? getWireObjectSet(set) : set),
  });
}

function isSet(value: unknown): value is ObjectSet {
  return typeof value === "object" && value !== null && isObjectSet(value);
}

function objectSet(definition: Json, objectType: string): object {
  const client = clientOfCall();
  const inside = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === "additionalContext",
  );
  const context = inside && (client as unknown as Record<symbol, ClientContext>)[inside];
  if (!context) throw new Error("This version of @osdk/client cannot be given sets of objects. Use 2.22.");
  return context.objectSetFactory(typeNamed(objectType), context, definition);
}

/** The links of an object by name; which there are is known when they are read. */
function linksOf({ __apiName, __primaryKey }: Json, keys: Readonly<Record<string, string>>): object {
  const type = String(__apiName);
  return new Proxy(
    {},
    {
      get(_, link) {
        if (typeof link !== "string") return undefined;
        const objects = clientOfCall()(typeNamed(type)) as unknown as Linked;
        return linked(objects.where({ [keys[type] ?? ""]: { $eq: __primaryKey } }).pivotTo(link));
      },
    },
  );
}

/** The methods of a set of objects that are used here. */
interface Linked {
  where(condition: object): Linked;
  pivotTo(link: string): Linked;
  fetchPage(options: object): Promise<{ readonly data: readonly object[] }>;
  fetchOne(key: unknown, options?: object): Promise<object>;
}

/** The objects at the other end: a set of them, of which `fetchOne` without a key gives the only one. */
function linked(set: Linked): Linked {
  return {
    ...set,
    async fetchOne(key, options) {
      if (key !== undefined && typeof key !== "object") return set.fetchOne(key, options);
      const [only] = (await set.fetchPage({ ...(key as object | undefined), $pageSize: 1 })).data;
      if (only) return only;
      throw new Error("There is no linked object.");
    },
  };
}

function typeNamed(apiName: string) {
  return { type: "object", apiName } as const;
}
