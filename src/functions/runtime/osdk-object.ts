/** An object as the gateway gives it. */
type Json = Readonly<Record<string, unknown>>;

/**
 * An object as TypeScript v2 code has it: its properties beside `$apiName`, `$primaryKey` and `$title`.
 * Foundry: "Ontology SDK" (`Osdk.Instance`).
 * @param links gives its links; without it there are none
 */
export function osdkObject(json: Json, links: () => object = () => noLinks(json)): object {
  const { __apiName: $apiName, __primaryKey: $primaryKey, __title: $title } = json;
  const properties = Object.entries(json).filter(([name]) => !name.startsWith("__"));
  const object = {
    ...Object.fromEntries(properties),
    $apiName,
    $objectType: $apiName,
    $primaryKey,
    $title,
    $objectSpecifier: `${$apiName}:${$primaryKey}`,
  };
  Object.defineProperty(object, "$clone", {
    value: (changed: object = {}) => osdkObject({ ...json, ...changed }, links),
  });
  Object.defineProperty(object, "$link", { get: links });
  return object;
}

function noLinks({ __apiName, __primaryKey }: Json): never {
  throw new Error(
    `Load the object to follow its links: const object = await client(${__apiName}).fetchOne(${JSON.stringify(__primaryKey)}).`,
  );
}

/** The primary key of an object that code returns; what is no object stays as it is. */
export function primaryKeyOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "$primaryKey" in value ? value.$primaryKey : value;
}
