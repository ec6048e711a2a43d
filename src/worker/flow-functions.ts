import type { Caller } from "../credentials/caller.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import type { FlowContext } from "../flow/context.ts";
import { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { FunctionError } from "../functions/error.ts";
import { parameterFromText } from "../functions/parameter-text.ts";
import type { NamedType } from "../functions/published-function.ts";
import {
  type FlowFunctionCall,
  type FlowFunctions,
  FunctionCallError,
} from "../policies/callouts/function-callout/call.ts";
import type { Functions } from "./functions.ts";

/**
 * The functions of a deployed state, for its flows.
 * @param callerOf who sent the client's request: calls are on that one's behalf
 */
export function flowFunctions(
  snapshot: Snapshot,
  runner: Pick<Functions, "run">,
  callerOf: (flow: FlowContext) => Promise<Caller>,
): FlowFunctions {
  const { functions: deployed } = snapshot;
  const signature = (name: string) =>
    deployed.find(name)?.published ?? snapshot.webhooks.functions.find((each) => each.name === name);
  return {
    signature,
    async call(flow, { name, parameters, timeoutMs }) {
      const given = parametersOf(signature(name)?.parameters ?? [], parameters);
      const caller = await callerOf(flow);
      try {
        const call = { name, parameters: given, caller, timeoutMs: timeoutMs ?? undefined };
        const { value } = await runner.run(deployed, call, flow.exchange);
        return JSON.stringify(value);
      } catch (error) {
        throw error instanceof FunctionError ? failureOf(error, name) : error;
      }
    },
  };
}

function parametersOf(
  signature: readonly NamedType[],
  given: FlowFunctionCall["parameters"],
): Record<string, unknown> {
  return Object.fromEntries(
    [...given].map(([parameter, value]) => {
      const expected = signature.find((each) => each.name === parameter);
      if (value === null || !expected) return [parameter, value];
      const text = textOfParameter(value);
      // What a template has made of nothing is nothing, but for text.
      if (text === "" && expected.optional && expected.type.type !== "string") return [parameter, null];
      return [parameter, parameterFromText(text, expected.type)];
    }),
  );
}

/** A message stands for its content, and a collection for a list. */
function textOfParameter(value: NonNullable<unknown>): string {
  if (value instanceof RequestMessage || value instanceof ResponseMessage) return value.content;
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** What the client may learn; what exactly happened is in the log, under the id in the text. */
function failureOf(error: FunctionError, name: string): FunctionCallError {
  const { errorName, errorInstanceId, message, parameters } = error;
  const { authorizeUrl } = parameters;
  if (errorName === "AuthorizationRequired" && typeof authorizeUrl === "string") {
    return new FunctionCallError("consent", authorizeUrl, error);
  }
  switch (errorName) {
    case "QueryEncounteredUserFacingError":
      return new FunctionCallError("user-facing", message, error);
    case "MissingParameter":
    case "UnknownParameter":
    case "InvalidQueryParameterValue":
      return new FunctionCallError("parameter", message, error);
    case "QueryTimeExceededLimit":
    case "WebhookExecutionTimedOut":
      return new FunctionCallError("timeout", message, error);
    default:
      return new FunctionCallError("failed", `the function ${name} failed, error ${errorInstanceId}`, error);
  }
}
