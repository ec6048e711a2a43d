import type { TimeLimit } from "../egress/call.ts";
import { FunctionError } from "../functions/error.ts";
import { readJson } from "./read-parameters.ts";

type Values = Readonly<Record<string, unknown>>;

/** The body of a request to apply an action. Rejects with {@link FunctionError} as `readJson` does. */
export async function readBody(request: Request, limit: TimeLimit): Promise<Values> {
  const body = await readJson(request, limit);
  if (isObject(body)) return body;
  throw invalid("The body has to be an object.");
}

/** Throws {@link FunctionError} (InvalidRequestBody). */
export function parametersIn(body: Values): Values {
  const parameters = body.parameters ?? {};
  if (isObject(parameters)) return parameters;
  throw invalid('The body has to be {"parameters": {…}}.');
}

/** The parameters of each application of a batch. Throws {@link FunctionError} (InvalidRequestBody). */
export function requestsIn({ requests }: Values): Values[] {
  if (!Array.isArray(requests) || !requests.every(isObject)) {
    throw invalid('The body has to be {"requests": [{"parameters": {…}}]}.');
  }
  return requests.map(parametersIn);
}

/** An option of a request: the first one when there is none. Throws `FunctionError` (InvalidRequestBody). */
export function optionIn<T extends string>(
  { options = {} }: Values,
  name: string,
  known: readonly [T, ...T[]],
): T {
  const given = isObject(options) ? (options[name] ?? known[0]) : null;
  const found = known.find((each) => each === given);
  if (found === undefined) throw invalid(`options.${name} has to be one of ${known.join(", ")}.`);
  return found;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string): FunctionError {
  return new FunctionError("InvalidRequestBody", reason, { reason });
}
