import { compileCall } from "./jsonpath-call.ts";
import { readPath } from "./jsonpath-syntax.ts";
import { spendText, withinWork } from "./work.ts";

/**
 * What a path found. A definite path can only lead to one place, so `values` holds that value or nothing;
 * any other path gives a list, which can be empty.
 */
export type JsonPathMatch = { readonly definite: boolean; readonly values: readonly unknown[] };

/**
 * Compiles a JSONPath of the Jayway dialect into a function of a parsed JSON document. `null` in the document is a
 * value like any other. The function throws a {@link TooMuchWork} for a document that would take the
 * path too much of it, and nothing else. Apigee: "ExtractVariables policy" (JSONPayload), "Message template functions" (jsonPath).
 *
 * @throws {ExpressionError} if the text is not a path, with the offset of the problem.
 */
export function compileJsonPath(path: string): (json: unknown) => JsonPathMatch {
  const { steps, call } = readPath(path);
  const { definite, descends, run } = steps;
  if (call === null) return (json) => ({ definite, values: withinWork(() => run(json, json)) });

  // After `..` a function takes all matches as one list; otherwise it is applied to each match.
  const apply = compileCall(call, path, descends ? "all" : "each");
  return (json) => {
    const results = withinWork(() => {
      const found = run(json, json);
      return descends ? [apply(found)] : found.map(apply);
    });
    return { definite: definite || descends, values: results.filter((result) => result !== undefined) };
  };
}

/** Text as it is, everything else as JSON. */
export function writtenJson(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * A list of values that a path has found, as JSON: what is in several of them is written as often.
 * @throws {TooMuchWork}
 */
export function writtenList(values: readonly unknown[]): string {
  return withinWork(() => JSON.stringify(values, spendPart));
}

/**
 * Each of several values that a path has found, as {@link writtenJson} has it: what is in several of them counts as
 * often.
 * @throws {TooMuchWork}; RangeError when one is nested too deep
 */
export function writtenEach(values: readonly unknown[]): string[] {
  if (values.length === 1) return values.map(writtenJson);
  return withinWork(() =>
    values.map((value) => (typeof value === "string" ? value : JSON.stringify(value, spendPart))),
  );
}

function spendPart(name: string, value: unknown): unknown {
  spendText(name);
  if (typeof value === "string") spendText(value);
  return value;
}
