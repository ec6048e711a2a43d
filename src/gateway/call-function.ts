import type { Caller } from "../credentials/caller.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import type { FlowContext } from "../flow/context.ts";
import type { Fault } from "../flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { FunctionError } from "../functions/error.ts";
import { parameterFromText } from "../functions/parameter-text.ts";
import { faults } from "../policies/function-callout/faults.ts";
import type { FlowFunctionCall } from "../policies/policy.ts";
import type { Functions } from "./functions.ts";

/**
 * Calls a function for a FunctionCallout, on behalf of whoever sent the client's request.
 * Faults: `steps.functioncallout.…`, as the policy's documentation says.
 */
export async function callFunction(
  functions: Functions,
  callerOf: (flow: FlowContext) => Promise<Caller>,
  snapshot: Snapshot,
  policy: string,
  flow: FlowContext,
  { name, parameters, timeoutMs }: FlowFunctionCall,
): Promise<string> {
  const given = parametersOf(snapshot, name, parameters);
  const caller = await callerOf(flow);
  try {
    const call = { name, parameters: given, caller, timeoutMs: timeoutMs ?? undefined };
    const { value } = await functions.run(snapshot.functions, call, flow.exchange);
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof FunctionError) throw faultOf(error, policy, name, flow).causedBy(error);
    throw error;
  }
}

function parametersOf(
  { functions }: Snapshot,
  name: string,
  given: FlowFunctionCall["parameters"],
): Record<string, unknown> {
  const signature = functions.find(name)?.published.parameters ?? [];
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
function faultOf(error: FunctionError, policy: string, name: string, flow: FlowContext): Fault {
  const { errorName, errorInstanceId, message, parameters } = error;
  const { authorizeUrl } = parameters;
  if (errorName === "AuthorizationRequired" && typeof authorizeUrl === "string") {
    const { scheme, host } = flow.exchange.client;
    const url = new URL(authorizeUrl, `${scheme}://${host}`).href;
    flow.variables.set(`functioncallout.${policy}.authorizeUrl`, url);
    return faults.authorizationRequired(policy, url);
  }
  switch (errorName) {
    case "QueryEncounteredUserFacingError":
      return faults.userFacingError(message);
    case "MissingParameter":
    case "UnknownParameter":
    case "InvalidQueryParameterValue":
      return faults.invalidParameter(policy, message);
    case "QueryTimeExceededLimit":
      return faults.executionFailed(policy, `timeout occurred in ${policy}`);
    default:
      return faults.executionFailed(policy, `the function ${name} failed, error ${errorInstanceId}`);
  }
}
