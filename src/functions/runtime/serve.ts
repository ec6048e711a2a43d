import {
  type CallAnswer,
  type CallError,
  LONGEST_ERROR_NAME,
  LONGEST_SENT_MESSAGE,
  LONGEST_SENT_STACK,
  LONGEST_SHORT_ANSWER,
  type LogBatch,
  type ServeCall,
} from "../protocol.ts";
import type { PublishedFunction } from "../published-function.ts";
import { ValueError } from "../values.ts";
import { argumentFrom, ResultTooLong, resultOf } from "./arguments.ts";
import { runCall } from "./call.ts";
import { CallLog } from "./call-log.ts";
import { redirectConsole } from "./console.ts";
import { replaceFetch } from "./network-failures.ts";
import { UserFacingError } from "./user-facing-error.ts";

/** A function as the module that is generated for it passes it on. */
export interface ServedFunction
  extends Pick<PublishedFunction, "language" | "name" | "parameters" | "output"> {
  readonly call: (...parameters: never[]) => unknown;
  /** Calls it with the ontology at hand, perhaps more than once (TypeScript v1). */
  readonly around?: (work: () => unknown, returnsEdits: boolean) => Promise<unknown>;
}

// Before the user's module is loaded, which is imported after this one.
redirectConsole();
replaceFetch();

/** The default export of a function's module: takes calls of the gateway. */
export function serveFunction(served: ServedFunction): ServeCall {
  return async function serveCall({ session, parameters, sources, limits, deadline }) {
    const log = new CallLog(session, limits.logLines);
    const answer = await runCall({ session, sources, log, deadline }, () =>
      answerOf(served, parameters, limits.resultBytes),
    );
    return written(answer, await log.end(), limits.resultBytes);
  };
}

async function answerOf(
  { language, call, around, output, parameters }: ServedFunction,
  given: readonly unknown[],
  resultBytes: number,
): Promise<CallAnswer> {
  try {
    const work = () => {
      const values = parameters.map((type, index) => argumentFrom(given[index] ?? null, type, language));
      // So that `arguments` and default values are as in a call by hand.
      while (values.length > 0 && values.at(-1) === undefined) values.pop();
      return call(...(values as never[]));
    };
    const result = await (around ? around(work, output?.type.type === "edits") : work());
    return { value: resultOf(result, output, resultBytes) };
  } catch (thrown) {
    return { error: safeErrorOf(thrown) };
  }
}

/** Short answers are all ASCII, as headers are. */
function written(answer: CallAnswer, log: LogBatch | undefined, resultBytes: number): string {
  let text: string;
  try {
    text = JSON.stringify({ ...answer, log });
  } catch (thrown) {
    // Properties of edits can be anything, and contain themselves.
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return JSON.stringify({
      error: errorWith("output", "Error", `The result is no JSON: ${reason}`, null),
      log,
    });
  }
  if ("value" in answer && isTooLong(answer.value, text, resultBytes)) {
    return JSON.stringify({ error: safeErrorOf(new ResultTooLong(resultBytes)), log });
  }
  return text.length > LONGEST_SHORT_ANSWER ? text : text.replace(/[^\x20-\x7e]/g, escaped);
}

/** @param text JSON with the value in it, which says of nearly all that they are short */
function isTooLong(value: unknown, text: string, resultBytes: number): boolean {
  return text.length * 3 > resultBytes && Buffer.byteLength(JSON.stringify(value)) > resultBytes;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** An error whose properties throw must not get past here: what does goes to the platform's own log. */
function safeErrorOf(thrown: unknown): CallError {
  try {
    return errorOf(thrown);
  } catch {
    const message = "The function threw an error that cannot be read.";
    return { kind: "runtime", name: "Error", message, stack: null };
  }
}

function errorOf(thrown: unknown): CallError {
  if (!(thrown instanceof Error)) {
    return errorWith("runtime", "Error", `The function threw ${describe(thrown)}, which is no error.`, null);
  }
  const { name, message, stack = null } = thrown;
  if (thrown instanceof ValueError || thrown instanceof ResultTooLong) {
    return errorWith("output", name, message, stack);
  }
  const isUserFacing = thrown instanceof UserFacingError || name === "UserFacingError";
  return errorWith(isUserFacing ? "user-facing" : "runtime", name, message, stack);
}

/** No longer than is sent, and all text: properties of errors can be anything. */
function errorWith(kind: CallError["kind"], name: string, message: string, stack: string | null): CallError {
  return {
    kind,
    name: String(name).length <= LONGEST_ERROR_NAME ? String(name) : "Error",
    message: String(message).slice(0, LONGEST_SENT_MESSAGE),
    stack: stack === null ? null : String(stack).slice(0, LONGEST_SENT_STACK),
  };
}

function describe(thrown: unknown): string {
  return typeof thrown === "string"
    ? `the text ${JSON.stringify(thrown.slice(0, LONGEST_SENT_MESSAGE))}`
    : thrown === null || thrown === undefined
      ? String(thrown)
      : `a ${typeof thrown}`;
}
