import { remedyFor } from "../connections/expression-remedy.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import { functionNames } from "../expression/functions/functions.ts";
import { compileTemplate } from "../expression/template.ts";
import { ExpressionError } from "../expression/value.ts";

/**
 * Checks a message template when a bundle is read, so that `build` cannot fail on it. Returns the text as it
 * is. Apigee: "Message templates".
 */
export function readTemplate(
  text: string,
  at: Position,
  report: Report,
  options: { prefix?: string; suffix?: string } = {},
): string {
  try {
    const nested = new Set<string>();
    const unknown = new Set<string>();
    compileTemplate(text, () => () => null, {
      ...options,
      tellNested: (name) => nested.add(name),
      tellUnknown: (name) => unknown.add(name),
    });
    for (const name of unknown) {
      report.warning(
        "UnknownFunction",
        at,
        `The message template calls ${name}, and there is no such function: the call stays in the text as it is written.`,
        didYouMean(name, functionNames(), "take the call out, or call one that “Message templates” lists."),
      );
    }
    if (nested.size > 0) {
      report.warning(
        "NestedFunction",
        at,
        `The message template calls ${[...nested].join(" and ")} in the call of another function, which Apigee does not do; here the inner one is called first.`,
        "Assign the inner call to a variable with <AssignVariable>, and use that variable.",
      );
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "InvalidTemplate",
      at,
      `The message template ${JSON.stringify(text)} is not valid: ${error.message.replace(/\.$/, "")}.`,
      remedyFor(
        error,
        `Write it as in “Message templates”, such as {request.queryparam.id} or {toUpperCase(name)}.`,
      ),
    );
  }
  return text;
}
