import { readText } from "../egress/read-text.ts";
import { isJsonDeeperThan } from "../text/json-depth.ts";
import { checkDeclared, EditError } from "./declared-edits.ts";
import {
  ANSWER_HEADER,
  ANSWER_ROOM_BYTES,
  type CallError,
  LONGEST_ERROR_NAME,
  LONGEST_SENT_MESSAGE,
  LONGEST_SENT_STACK,
  tooLongMessage,
} from "./protocol.ts";
import type { PublishedFunction } from "./published-function.ts";
import { checkedOptional, ValueError } from "./values.ts";

/** How many lists and objects of a result may stand in each other. */
const MOST_LEVELS = 1000;

/** What a function's isolate answered: a value of the function's type, or why there is none. */
export type CheckedAnswer = ({ readonly value: unknown } | { readonly error: CallError }) & {
  /** Lines of its console, as they came. */
  readonly log: unknown;
};

/**
 * Reads the answer of a function's isolate. Its code runs where the answer is written and may have written it
 * itself, so that nothing is taken for what it should be, and nothing is read that is too long.
 */
export function readAnswer(
  response: Response,
  published: AnswerType,
): CheckedAnswer | Promise<CheckedAnswer> {
  const short = response.headers.get(ANSWER_HEADER);
  if (short !== null) return checkedAnswer(short, published);
  const reading = readText(response.body, published.limits.resultBytes + ANSWER_ROOM_BYTES);
  return reading.then((text) => checkedAnswer(text, published));
}

/** What an answer may be. */
type AnswerType = Pick<PublishedFunction, "output" | "edits" | "limits">;

/** @param text null when it is too long */
function checkedAnswer(
  text: string | null,
  { output, edits, limits: { resultBytes } }: AnswerType,
): CheckedAnswer {
  if (text === null) return { error: errorOf("output", tooLongMessage(resultBytes)), log: null };
  if (isJsonDeeperThan(MOST_LEVELS, text)) {
    const message = `The result has more than ${MOST_LEVELS} lists and objects in each other.`;
    return { error: errorOf("output", message), log: null };
  }
  const answer = parsed(text);
  const { log = null } = answer;
  if ("error" in answer) return { error: checkedError(answer.error), log };
  if (!("value" in answer)) return { error: errorOf("runtime", "The function gave no answer."), log };
  try {
    const value = output === null ? null : checkedOptional(answer.value, output);
    if (output?.type.type === "edits" && Array.isArray(value)) checkDeclared(value, edits);
    return { value, log };
  } catch (error) {
    if (!(error instanceof ValueError || error instanceof EditError)) throw error;
    return { error: errorOf("output", error.message), log };
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}

const kinds: readonly unknown[] = ["user-facing", "output", "runtime"] satisfies CallError["kind"][];

function checkedError(given: unknown): CallError {
  const error = typeof given === "object" && given !== null ? given : {};
  const text = (name: keyof CallError, longest: number) => {
    const value: unknown = Object.hasOwn(error, name) ? (error as Record<string, unknown>)[name] : null;
    return typeof value === "string" ? value.slice(0, longest) : null;
  };
  const kind = text("kind", LONGEST_ERROR_NAME);
  return {
    kind: kinds.includes(kind) ? (kind as CallError["kind"]) : "runtime",
    name: text("name", LONGEST_ERROR_NAME) ?? "Error",
    message: text("message", LONGEST_SENT_MESSAGE) ?? "",
    stack: text("stack", LONGEST_SENT_STACK),
  };
}

function errorOf(kind: CallError["kind"], message: string): CallError {
  return { kind, name: "Error", message, stack: null };
}
