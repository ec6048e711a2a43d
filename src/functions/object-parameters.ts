import { FunctionError } from "./error.ts";
import type { NamedType, PublishedFunction, ValueType } from "./published-function.ts";

/** An object as the REST API gives it: its properties, and its names as `__apiName`, `__primaryKey` and `__title`. */
export type LoadedObject = Readonly<Record<string, unknown>>;

/** Finds objects by their primary keys, with the rights of whoever calls; those that they may not read are not there. */
export type LoadObjects = (
  objectType: string,
  primaryKeys: readonly unknown[],
) => Promise<ReadonlyMap<unknown, LoadedObject>>;

/** Whether a value can hold objects. */
export function holdsObjects(type: ValueType): boolean {
  switch (type.type) {
    case "object":
      return true;
    case "list":
    case "set":
      return holdsObjects(type.element);
    case "map":
      return holdsObjects(type.value);
    case "struct":
      return type.fields.some((field) => holdsObjects(field.type));
    default:
      return false;
  }
}

/**
 * Parameters with objects in the place of their primary keys, each type read once. Rejects with {@link FunctionError}
 * (ObjectNotFound).
 * @param parameters checked, in the order of the signature
 */
export async function withObjects(
  signature: Pick<PublishedFunction, "parameters">["parameters"],
  parameters: readonly unknown[],
  load: LoadObjects,
): Promise<readonly unknown[]> {
  const wanted = new Map<string, Set<unknown>>();
  eachParameter(signature, parameters, (key, objectType) => {
    const keys = wanted.get(objectType) ?? new Set();
    wanted.set(objectType, keys.add(key));
    return key;
  });
  const loaded = new Map(
    await Promise.all(
      [...wanted].map(async ([objectType, keys]) => [objectType, await load(objectType, [...keys])] as const),
    ),
  );
  return eachParameter(signature, parameters, (primaryKey, objectType) => {
    const object = loaded.get(objectType)?.get(primaryKey);
    if (object) return object;
    const message = `There is no ${objectType} with the primary key ${JSON.stringify(primaryKey)}.`;
    throw new FunctionError("ObjectNotFound", message, { objectType, primaryKey: { primaryKey } });
  });
}

type Replace = (primaryKey: unknown, objectType: string) => unknown;

function eachParameter(
  signature: readonly NamedType[],
  parameters: readonly unknown[],
  replace: Replace,
): unknown[] {
  return signature.map(({ type }, index) => replaced(parameters[index], type, replace));
}

function replaced(value: unknown, type: ValueType, replace: Replace): unknown {
  if (value === null || value === undefined || !holdsObjects(type)) return value;
  switch (type.type) {
    case "object":
      return replace(value, type.objectType);
    case "list":
    case "set":
      return (value as unknown[]).map((each) => replaced(each, type.element, replace));
    case "map":
      return mapValues(value, (each) => replaced(each, type.value, replace));
    case "struct": {
      const types = new Map(type.fields.map((field) => [field.name, field.type]));
      return mapValues(value, (each, name) => {
        const field = types.get(name);
        return field ? replaced(each, field, replace) : each;
      });
    }
    default:
      return value;
  }
}

function mapValues(value: unknown, change: (value: unknown, name: string) => unknown): unknown {
  return Object.fromEntries(
    Object.entries(value as object).map(([name, each]) => [name, change(each, name)]),
  );
}
