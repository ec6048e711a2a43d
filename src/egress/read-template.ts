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
    compileTemplate(text, () => () => null, options);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "InvalidTemplate",
      at,
      `The message template ${JSON.stringify(text)} is not valid: ${error.message}.`,
      "Correct the template; see “Message templates” for its syntax.",
    );
  }
  return text;
}
