import type { Value } from "../../../expression/value.ts";
import { builtInNames } from "../../../flow/built-in-variables.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { headerNames } from "../../../flow/headers.ts";
import { Message, RequestMessage } from "../../../flow/message.ts";
import { messageProperty } from "../../../flow/message-properties.ts";
import { messageFinder } from "../../../flow/variable.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { type WireValue, wireValue } from "./flow-variable.ts";

/** Variables by name, as they go to the server. */
export type SentVariables = ReadonlyMap<string, WireValue>;

type Collect = (flow: FlowContext, add: (name: string, value: Value) => void) => void;

/** The messages that every flow has. Their contents have fields of their own and are not sent as variables. */
const flowMessages = ["message", "request", "response", "error"] as const;

/**
 * Compiles what collects the variables under some prefixes: those that policies set, the gateway's own, and
 * the properties of messages. Apigee: "ExternalCallout policy" (FlowVariable).
 */
export function buildSentVariables(
  prefixes: readonly string[],
  context: PolicyContext,
): (flow: FlowContext) => SentVariables {
  const collectors = prefixes.flatMap((prefix) => collectorsFor(prefix, context));
  return function sentVariables(flow) {
    const sent = new Map<string, WireValue>();
    const add = (name: string, value: Value) => {
      const wire = wireValue(value);
      if (wire !== null) sent.set(name, wire);
    };
    for (const collect of collectors) collect(flow, add);
    return sent;
  };
}

function collectorsFor(prefix: string, context: PolicyContext): Collect[] {
  const below = `${prefix}.`;
  const fixed = [prefix, ...builtInNames.filter((name) => name.startsWith(below))].map((name) =>
    context.variable(name),
  );
  const [first] = prefix.split(".", 1);
  const message = flowMessages.find((name) => name === first);
  const find = message && messageFinder(message);
  return [
    (flow, add) => {
      for (const { name, get } of fixed) add(name, get(flow));
    },
    (flow, add) => {
      const found = find?.(flow);
      if (message && found) addProperties(message, found, below, false, add);
      for (const [name, value] of flow.variables) {
        if (value instanceof Message) addProperties(name, value, below, true, add);
        else if (name.startsWith(below)) add(name, value);
      }
    },
  ];
}

/** The properties of a message whose names begin with the prefix. A body that nobody has read is not read for it. */
function addProperties(
  name: string,
  message: Message,
  below: string,
  withContent: boolean,
  add: (name: string, value: Value) => void,
): void {
  if (!below.startsWith(`${name}.`) && !name.startsWith(below)) return;
  const readsContent = withContent && !message.body.isStream;
  for (const property of propertyNames(message, readsContent)) {
    const full = `${name}.${property}`;
    if (full.startsWith(below)) add(full, messageProperty(property)?.get(message) ?? null);
  }
}

function propertyNames(message: Message, readsContent: boolean): string[] {
  const named = (family: string, names: readonly string[]) => names.map((name) => `${family}.${name}`);
  const names = ["version", ...named("header", headerNames(message.headers))];
  if (message instanceof RequestMessage) {
    names.push("verb", "uri", "path", "querystring", ...named("queryparam", message.queryParameters.names));
  } else names.push("status.code", "reason.phrase");
  if (readsContent) names.push("content", ...named("formparam", message.formParameters.names));
  return names;
}
