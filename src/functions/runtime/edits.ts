/** Changes of the ontology that a function asks for. Foundry: "Ontology edits" (TypeScript v2). */

/** An object by its type and primary key; one that is meant as an interface has another `$apiName` than `$objectType`. */
interface Locator {
  readonly $apiName: string;
  readonly $objectType?: string;
  readonly $primaryKey: unknown;
}

/** The definition of an object type or an interface, as `@ontology/sdk` exports it. */
interface Definition {
  readonly type: string;
  readonly apiName: string;
}

type Properties = Readonly<Record<string, unknown>>;

/** Changes in the order in which the code made them. */
class EditBatch<X> {
  readonly #edits: unknown[] = [];

  link(source: Locator, apiName: string, target: Locator | readonly Locator[]): void {
    for (const each of listOf(target)) this.#edits.push({ type: "addLink", source, apiName, target: each });
  }

  unlink(source: Locator, apiName: string, target: Locator | readonly Locator[]): void {
    for (const each of listOf(target))
      this.#edits.push({ type: "removeLink", source, apiName, target: each });
  }

  create(objectType: Definition, properties: Properties): void;
  create(interfaceType: Definition, objectType: Definition, properties: Properties): void;
  create(first: Definition, second: Definition | Properties, third?: Properties): void {
    this.#edits.push(
      third === undefined
        ? { type: "createObject", obj: first, properties: second }
        : { type: "createInterface", interfaceType: first, objectType: second, properties: third },
    );
  }

  update(obj: Locator, properties: Properties): void {
    this.#edits.push({ type: isInterface(obj) ? "updateInterface" : "updateObject", obj, properties });
  }

  delete(obj: Locator): void {
    this.#edits.push({ type: isInterface(obj) ? "deleteInterface" : "deleteObject", obj });
  }

  /** A copy of what was asked for so far. */
  getEdits(): X[] {
    return [...this.#edits] as X[];
  }
}

/** Collects changes. The client only says which ontology they are for, and there is one. */
export function createEditBatch<X>(_client: unknown): EditBatch<X> {
  return new EditBatch<X>();
}

function listOf(target: Locator | readonly Locator[]): readonly Locator[] {
  return Array.isArray(target) ? target : [target as Locator];
}

function isInterface({ $apiName, $objectType }: Locator): boolean {
  return $objectType !== undefined && $objectType !== $apiName;
}

/**
 * Edits as they leave the function, each reduced to what it says: of objects and types their names and keys. What is
 * no edit stays as it is, for the check to refuse.
 */
export function wireEdits(edits: unknown): unknown {
  return Array.isArray(edits) ? edits.map(wireEdit) : edits;
}

function wireEdit(edit: unknown): unknown {
  if (typeof edit !== "object" || edit === null) return edit;
  return Object.fromEntries(
    Object.entries(edit).map(([field, value]) => [
      field,
      field === "properties" ? wireProperties(value) : wireReference(value),
    ]),
  );
}

/** An object or a definition without what else it holds. */
function wireReference(value: unknown): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const { $apiName, $objectType, $primaryKey } = value as Partial<Locator>;
  if ($apiName !== undefined)
    return { $apiName, ...(isInterface(value as Locator) && { $objectType }), $primaryKey };
  const { type, apiName } = value as Partial<Definition>;
  return { type, apiName };
}

function wireProperties(properties: unknown): unknown {
  if (typeof properties !== "object" || properties === null) return properties;
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, wireProperty(value)]));
}

/** A value that is encrypted says so; all others are JSON already, or make it of themselves. */
function wireProperty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireProperty);
  if (typeof value !== "object" || value === null) return value;
  if ("getValue" in value && "decrypt" in value && typeof value.getValue === "function") {
    return { ciphertext: value.getValue() };
  }
  return value;
}
