import { isJsonDeeperThan } from "../text/json-depth.ts";
import { FunctionError } from "./error.ts";

/** How many lists and objects may stand in each other: the types of parameters are as deep as they are written out. */
const MOST_LEVELS = 100;

/** The parameters in `{"parameters": {…}}`. Throws {@link FunctionError} (InvalidRequestBody). */
export function parametersIn(text: string): Readonly<Record<string, unknown>> {
  const body = jsonIn(text);
  const parameters = isObject(body) ? (body.parameters ?? {}) : null;
  if (isObject(parameters)) return parameters;
  throw invalidBody('The body has to be {"parameters": {…}}.');
}

/** The JSON of a body. Throws {@link FunctionError} (InvalidRequestBody). */
export function jsonIn(text: string): unknown {
  // The object around the parameters is not counted.
  if (isJsonDeeperThan(MOST_LEVELS + 1, text)) {
    throw invalidBody(`The body has more than ${MOST_LEVELS} lists and objects in each other.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody("The body is not JSON.");
  }
}

export function invalidBody(reason: string): FunctionError {
  return new FunctionError("InvalidRequestBody", reason, { reason });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
