import { compileCall } from "./jsonpath-call.ts";
import { Evaluation } from "./jsonpath-evaluation.ts";
import { readPath } from "./jsonpath-syntax.ts";

/**
 * What a path found. A definite path can only lead to one place, so `values` holds that value or nothing;
 * any other path gives a list, which can be empty.
 */
export type JsonPathMatch = { readonly definite: boolean; readonly values: readonly unknown[] };

/**
 * Compiles a JSONPath of the Jayway dialect into a function of a parsed JSON document. `null` in the document is a
 * value like any other. The function throws an {@link ExpressionError} only for a document that would take
 * the path too much work. Apigee: "ExtractVariables policy" (JSONPayload), "Message template functions" (jsonPath).
 *
 * @throws {ExpressionError} if the text is not a path, with the offset of the problem.
 */
export function compileJsonPath(path: string): (json: unknown) => JsonPathMatch {
  const { steps, call } = readPath(path);
  const { definite, descends, run } = steps;
  if (call === null) return (json) => ({ definite, values: run(json, new Evaluation(json)) });

  // After `..` a function takes all matches as one list; otherwise it is applied to each match.
  const apply = compileCall(call, path, descends ? "all" : "each");
  return (json) => {
    const found = run(json, new Evaluation(json));
    const results = descends ? [apply(found)] : found.map(apply);
    return { definite: definite || descends, values: results.filter((result) => result !== undefined) };
  };
}
