import { readText } from "../egress/read-text.ts";
import { type Convert, checkedValue, ValueError } from "../functions/values.ts";
import { isJsonDeeperThan } from "../text/json-depth.ts";
import type { CompiledOutput } from "./compiled.ts";
import { MOST_LEVELS, parsed, type Scope, ValueNotUsable, valueAt, written } from "./template.ts";

/** How long an answer of which something is wanted may be. Bytes. */
export const ANSWER_LIMIT_BYTES = 10 * 1024 * 1024;

/** How long the body of an error may be that is shown. Bytes. */
const ERROR_BODY_LIMIT_BYTES = 64 * 1024;

/** An answer that is not what the webhook takes it for. */
export class AnswerError extends Error {}

/** The text of an answer; rejects with {@link AnswerError} when it is too long, and as the stream does. */
export async function answerText(response: Response): Promise<string> {
  const text = await readText(response.body, ANSWER_LIMIT_BYTES);
  if (text === null) throw new AnswerError(`The answer is longer than ${ANSWER_LIMIT_BYTES} bytes.`);
  return text;
}

/** What an answer holds: what its JSON says, or its text; undefined when it is empty. Throws {@link AnswerError}. */
export function answerValue(text: string, contentType: string | null): unknown {
  if (text === "") return undefined;
  const [type = ""] = (contentType ?? "").split(";", 1);
  if (!/[/+]json$/i.test(type.trim())) return text;
  if (isJsonDeeperThan(MOST_LEVELS, text)) {
    throw new AnswerError(`The answer has more than ${MOST_LEVELS} lists and objects in each other.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerError("The answer says that it is JSON, and is not.");
  }
}

/** The body of an answer that is an error, or that it is too long to be shown. Rejects as the stream does. */
export async function errorBody(response: Response): Promise<string> {
  const text = await readText(response.body, ERROR_BODY_LIMIT_BYTES);
  return text ?? `(longer than ${ERROR_BODY_LIMIT_BYTES} bytes)`;
}

/** Foundry's words for an answer that is an error. */
export function errorText(status: number, body: string | null): string {
  const text = `Request returned an unsuccessful response code: ${status}`;
  return body === null ? text : `${text} Response body: ${body}`;
}

/** The outputs, of their types. Throws {@link AnswerError}. */
export function outputsOf(outputs: readonly CompiledOutput[], scope: Scope): Record<string, unknown> {
  return Object.fromEntries(
    outputs.flatMap((output) => {
      const value = outputOf(output, scope);
      return value === undefined ? [] : [[output.name, value]];
    }),
  );
}

function outputOf({ name, type, optional, from }: CompiledOutput, scope: Scope): unknown {
  try {
    return checkedValue(valueAt(from, scope), type, converted);
  } catch (error) {
    if (error instanceof ValueNotUsable) {
      if (optional) return undefined;
      throw new AnswerError(`The output ${name} is missing. ${error.message}`);
    }
    if (error instanceof ValueError) throw new AnswerError(error.within(name).message);
    throw error;
  }
}

/** Foundry: "Output parameters": anything can be a String, and a text that is JSON can be a Record. */
const converted: Convert = (value, { type }) => {
  if (type === "string") return value === null || value === undefined ? value : written(value);
  return type === "struct" && typeof value === "string" ? (parsed(value) ?? value) : value;
};
