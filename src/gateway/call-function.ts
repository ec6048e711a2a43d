import type { Caller } from "../credentials/caller.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import type { FlowContext } from "../flow/context.ts";
import { Fault, type FaultCode } from "../flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../flow/message.ts";
import { FunctionError, type FunctionErrorName } from "../functions/error.ts";
import { parameterFromText } from "../functions/parameter-text.ts";
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
    const { text } = await functions.run(snapshot.functions, call, flow.exchange);
    const { value = null } = JSON.parse(text);
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof FunctionError) throw faultOf(error, policy, name, flow);
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

const codes: Partial<Record<FunctionErrorName, FaultCode>> = {
  MissingParameter: "steps.functioncallout.InvalidParameter",
  InvalidQueryParameterValue: "steps.functioncallout.InvalidParameter",
  UnknownParameter: "steps.functioncallout.InvalidParameter",
  QueryEncounteredUserFacingError: "steps.functioncallout.UserFacingError",
  AuthorizationRequired: "steps.functioncallout.AuthorizationRequired",
};

function faultOf(error: FunctionError, policy: string, name: string, flow: FlowContext): Fault {
  const { authorizeUrl } = error.parameters;
  if (error.errorName === "AuthorizationRequired" && typeof authorizeUrl === "string") {
    const { scheme, host } = flow.exchange.client;
    const url = new URL(authorizeUrl, `${scheme}://${host}`).href;
    flow.variables.set(`functioncallout.${policy}.authorizeUrl`, url);
    const text = `FunctionCallout ${policy} needs the consent of the user: ${url}`;
    return new Fault("steps.functioncallout.AuthorizationRequired", text, { cause: error });
  }
  const code = codes[error.errorName] ?? "steps.functioncallout.ExecutionFailed";
  return new Fault(code, faultString(error, policy, name), { cause: error });
}

/** What the client may learn; what exactly happened is in the log, under the id in the text. */
function faultString(
  { errorName, errorInstanceId, message }: FunctionError,
  policy: string,
  name: string,
): string {
  switch (errorName) {
    case "QueryEncounteredUserFacingError":
      return message;
    case "MissingParameter":
    case "UnknownParameter":
    case "InvalidQueryParameterValue":
      return `FunctionCallout ${policy}: ${message}`;
    case "QueryTimeExceededLimit":
      return `Execution of FunctionCallout ${policy} failed. Reason: timeout occurred in ${policy}`;
    default:
      return `Execution of FunctionCallout ${policy} failed. Reason: the function ${name} failed, error ${errorInstanceId}`;
  }
}
