import { compileTemplate } from "../expression/template.ts";
import { ExpressionError } from "../expression/value.ts";
import type { Position, Report } from "../xml/report.ts";

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
    compileTemplate(text, () => () => null, { ...options, tellNested: (name) => nested.add(name) });
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
      "Correct the template; see “Message templates” for its syntax.",
    );
  }
  return text;
}
