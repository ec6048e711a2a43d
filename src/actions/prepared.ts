import type { Caller } from "../credentials/caller.ts";
import type { ActionParameter, ActionValue } from "../ontology/action-type-schema.ts";
import type { PrimaryKey } from "../ontology/edit.ts";
import type { Ontology } from "../ontology/ontology.ts";
import type { CompiledAction } from "./compiled-action.ts";
import { givenParameters, typedParameter } from "./parameters.ts";
import { type Scope, valueIn } from "./scope.ts";
import { type Validation, verdict } from "./validation.ts";

/** An object: its properties by name. */
export type Properties = Readonly<Record<string, unknown>>;

/** Reads objects of a type with the rights of the caller; those that there are not, or not for the caller, are missing. */
export type LoadObjects = (objectType: string, keys: readonly PrimaryKey[]) => Promise<readonly Properties[]>;

/** One application of an action type: what its values are taken from, and what its validation found. */
export interface Prepared {
  readonly scope: Scope;
  readonly validation: Validation;
}

/**
 * Reads and judges the parameters of one application. Rejects with {@link ActionError}: ParametersNotFound,
 * InvalidParameterValue.
 */
export async function prepare(
  action: CompiledAction,
  given: Readonly<Record<string, unknown>>,
  caller: Caller,
  ontology: Ontology,
  load: LoadObjects,
  now: number,
): Promise<Prepared> {
  const { name, definition } = action;
  const parameters = givenParameters(name, definition, given, ontology);
  const objects = new Map<string, Properties>();
  const scope: Scope = {
    parameters,
    objects,
    caller,
    now: new Date(now).toISOString(),
    outputs: {},
    identifiers: new Map(),
  };
  const defaults = Object.entries(definition.parameters).filter(([id]) => !parameters.has(id));
  // Defaults that are properties of objects wait for these.
  const isProperty = (value: ActionValue | undefined) => value?.type === "objectParameterPropertyValue";
  addDefaults(
    defaults.filter(([, parameter]) => !isProperty(parameter.default)),
    parameters,
    scope,
    ontology,
  );
  const found = await readObjects(definition.parameters, parameters, ontology, load);
  for (const [id, parameter] of Object.entries(definition.parameters)) {
    if (parameter.type !== "object") continue;
    const object = found.get(keyOf(parameter.objectType, parameters.get(id)));
    if (object) objects.set(id, object);
  }
  addDefaults(
    defaults.filter(([, parameter]) => isProperty(parameter.default)),
    parameters,
    scope,
    ontology,
  );
  return { scope, validation: evaluate(action, scope, (type, key) => found.has(keyOf(type, key))) };
}

function evaluate(
  action: CompiledAction,
  scope: Scope,
  isFound: (objectType: string, primaryKey: unknown) => boolean,
): Validation {
  const parameters = Object.fromEntries(
    [...action.parameters].map(([id, check]) => [id, check(scope.parameters.get(id), isFound)]),
  );
  const submissionCriteria = action.evaluateCriteria(scope);
  const evaluations = [...Object.values(parameters), ...submissionCriteria];
  return {
    result: verdict(evaluations.every(({ result }) => result === "VALID")),
    submissionCriteria,
    parameters,
  };
}

function addDefaults(
  missing: readonly (readonly [string, ActionParameter])[],
  parameters: Map<string, unknown>,
  scope: Scope,
  ontology: Ontology,
): void {
  for (const [id, parameter] of missing) {
    const value = parameter.default ? valueIn(scope, parameter.default) : null;
    if (value !== null) parameters.set(id, typedParameter(id, parameter, value, ontology));
  }
}

/** The objects that parameters name, each type read once. */
async function readObjects(
  definitions: Readonly<Record<string, ActionParameter>>,
  parameters: ReadonlyMap<string, unknown>,
  ontology: Ontology,
  load: LoadObjects,
): Promise<ReadonlyMap<string, Properties>> {
  const wanted = new Map<string, Map<string, PrimaryKey>>();
  const add = (objectType: string, key: unknown) => {
    const keys = wanted.get(objectType) ?? new Map<string, PrimaryKey>();
    wanted.set(objectType, keys.set(keyOf(objectType, key), key as PrimaryKey));
  };
  for (const [id, definition] of Object.entries(definitions)) {
    const value = parameters.get(id) ?? null;
    if (value !== null) forEachObject(definition, value, add);
  }
  const found = new Map<string, Properties>();
  await Promise.all(
    [...wanted].map(async ([objectType, keys]) => {
      const primaryKey = ontology.objectTypes.get(objectType)?.primaryKey ?? "";
      for (const object of await load(objectType, [...keys.values()])) {
        found.set(keyOf(objectType, object[primaryKey]), object);
      }
    }),
  );
  return found;
}

/** Shows every object that a value of a parameter names. */
function forEachObject(
  definition: Pick<ActionParameter, "type"> & Partial<Record<"objectType" | "items" | "fields", unknown>>,
  value: unknown,
  show: (objectType: string, key: unknown) => void,
): void {
  if (definition.type === "object") show(String(definition.objectType), value);
  else if (definition.type === "array" && Array.isArray(value)) {
    for (const each of value) forEachObject(definition.items as ActionParameter, each, show);
  } else if (definition.type === "struct" && typeof value === "object" && value !== null) {
    for (const [name, field] of Object.entries(definition.fields as Record<string, ActionParameter>)) {
      if (Object.hasOwn(value, name)) forEachObject(field, Reflect.get(value, name), show);
    }
  }
}

/** Tells objects of all types apart. */
function keyOf(objectType: string, primaryKey: unknown): string {
  return JSON.stringify([objectType, primaryKey]);
}
