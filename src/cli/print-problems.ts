import { styleText } from "node:util";
import type { Problem } from "../xml/report.ts";

/**
 * Problems as text, one group for each file, and a last line that counts them:
 *
 *     policies/SC-Audit.xml:3:5  error  URLMissing  The policy has no URL.
 *         Add <URL> to <HTTPTargetConnection>.
 *
 * @param stream where it is going to be written: colours only when that is a terminal
 */
export function formatProblems(problems: readonly Problem[], stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const groups = Map.groupBy(problems, ({ file }) => file);
  const texts = [...groups.values()].map((group) =>
    group
      .map(({ file, line, column, severity, code, message, remedy }) => {
        const colour = severity === "error" ? "red" : "yellow";
        const place = style("bold", `${file}:${line}:${column}`);
        return `${place}  ${style(colour, severity)}  ${code}  ${message}\n    ${style("dim", remedy)}\n`;
      })
      .join(""),
  );
  return `${texts.join("\n")}${texts.length > 0 ? "\n" : ""}${summary(problems)}\n`;
}

function summary(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return `${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
