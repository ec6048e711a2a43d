import type { FlowContext, Step } from "../../../flow/context.ts";
import { sequence } from "../../../flow/sequence.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import type { Variable } from "../../../flow/variable.ts";
import { type KeyValueMaps, type MapName, type MapValues, ownerOf } from "../../../stores/key-value-maps.ts";
import { compileTextOrRef, type TextOrRef } from "../../parts/text-or-ref.ts";
import { definePolicy, type PolicyContext, type Text } from "../../policy-type.ts";
import { faultOfMap, faults } from "./faults.ts";
import { type MapOperations, type Operation, readMapOperations } from "./read.ts";

type Context = PolicyContext<"keyValueMaps">;

/** How long a value that was read is used, where the policy says nothing or 0 or less. Seconds. */
const DEFAULT_EXPIRY_S = 300;

/**
 * Reads, sets and deletes entries of key value maps. A key that is not there unsets the variable of its Get.
 * Apigee: "KeyValueMapOperations policy".
 *
 * Faults: see `faults`.
 */
export const keyValueMapOperations = definePolicy({
  element: "KeyValueMapOperations",
  variablePrefix: "keyvaluemapoperations",
  needs: ["keyValueMaps"],
  faults,
  unsettable: ({ variable }, policy) => faults.setVariableFailed(policy, variable),

  read: readMapOperations,

  refersTo: ({ initialEntries }) => ({ initialEntries }),

  /** The warning PrivateVariableRequired. */
  check({ operations }, { keyValueMaps }, report) {
    if (!keyValueMaps.arePrivate) return;
    for (const operation of operations) {
      if (operation.kind !== "get" || isPrivate(operation.assignTo)) continue;
      report.warning(
        "PrivateVariableRequired",
        operation.at,
        `The environment wants key value maps to be read into private variables only; ${operation.assignTo} is none, and setting it fails.`,
        `Write assignTo="private.${operation.assignTo}", or take "private" out of stores.json.`,
      );
    }
  },

  build(config, context) {
    const run = sequence(config.operations.map((operation) => buildOperation(operation, config, context)));
    const fail = (error: unknown) => {
      throw faultOfMap(context.policy, error);
    };
    return function operate(flow) {
      try {
        return run(flow)?.catch(fail);
      } catch (error) {
        return fail(error);
      }
    };
  },
});

function buildOperation(operation: Operation, config: MapOperations, context: Context): Step {
  const map = mapOf(config, context);
  const parts = operation.key.map((part) => compileTextOrRef(part, context));
  const key: Text = (flow) => parts.map((part) => part(flow)).join("__");
  const { keyValueMaps } = context;
  if (operation.kind === "delete") {
    return (flow) => keyValueMaps.delete(map(flow), key(flow), flow.exchange);
  }
  const maxAge = maxAgeOf(config.expiry, context);
  const find = (flow: FlowContext) => keyValueMaps.get(map(flow), key(flow), maxAge(flow), flow.exchange);
  return operation.kind === "get"
    ? buildGet(operation, find, context)
    : buildPut(operation, { map, key, find }, context);
}

type Find = (flow: FlowContext) => ReturnType<KeyValueMaps["get"]>;

function buildGet({ assignTo, index }: Operation & { kind: "get" }, find: Find, context: Context): Step {
  const variable = context.variable(assignTo);
  const mayHold = !context.keyValueMaps.arePrivate || isPrivate(assignTo);
  const assign = (flow: FlowContext, values: MapValues | null) => {
    const value = index !== null || values?.length === 1 ? values?.[(index ?? 1) - 1] : values;
    if (value === null || value === undefined) {
      if (variable.get(flow) !== null) unset(variable, flow, context.policy);
      return;
    }
    if (!mayHold) throw faults.setVariableFailed(context.policy, assignTo);
    variable.set(flow, value);
  };
  return function get(flow) {
    const found = find(flow);
    return found instanceof Promise ? found.then((values) => assign(flow, values)) : assign(flow, found);
  };
}

/** That a variable cannot be removed has a fault of its own. */
function unset(variable: Variable, flow: FlowContext, policy: string): void {
  try {
    variable.remove(flow);
  } catch (error) {
    if (!(error instanceof Unsettable)) throw error;
    throw faults.removeVariableFailed(policy, variable.name).causedBy(error);
  }
}

function buildPut(
  { values, overrides }: Operation & { kind: "put" },
  { map, key, find }: { map: (flow: FlowContext) => MapName; key: Text; find: Find },
  context: Context,
): Step {
  const compiled = values.map((value) => compileValue(value, context));
  return async function put(flow) {
    const given = compiled.flatMap((value) => value(flow) ?? []);
    if (given.length === 0) return;
    if (!overrides && (await find(flow)) !== null) return;
    await context.keyValueMaps.put(map(flow), key(flow), given, flow.exchange);
  };
}

/** Null for a variable that is not set. */
function compileValue(value: TextOrRef, context: Context): (flow: FlowContext) => string | null {
  const text = compileTextOrRef(value, context);
  if ("text" in value) return text;
  const { get } = context.variable(value.ref);
  return (flow) => (get(flow) === null ? null : text(flow));
}

function mapOf({ map, scope }: MapOperations, context: Context): (flow: FlowContext) => MapName {
  const nameOf = "text" in map ? context.template(map.text) : compileTextOrRef(map, context);
  return (flow) => {
    const name = nameOf(flow);
    if (name === "") throw faults.noMap();
    return { scope, owner: ownerOf(scope, flow.identity), name };
  };
}

/** Milliseconds. */
function maxAgeOf(expiry: TextOrRef | null, context: Context): (flow: FlowContext) => number {
  if (expiry === null) return () => DEFAULT_EXPIRY_S * 1000;
  const text = compileTextOrRef(expiry, context);
  return (flow) => {
    const seconds = Number(text(flow));
    return (seconds > 0 ? seconds : DEFAULT_EXPIRY_S) * 1000;
  };
}

function isPrivate(variable: string): boolean {
  return variable.startsWith("private.");
}
