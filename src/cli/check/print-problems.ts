import { styleText } from "node:util";
import type { Problem } from "../../documents/report.ts";
import { policyPage } from "./policy-page.ts";

const COLOURS = { error: "red", warning: "yellow", note: "cyan" } as const;

/**
 * Problems as text, one group for each file, and a last line that counts them:
 *
 *     policies/SC-Audit.xml:3:5  error  URLMissing  The policy has no URL.
 *         Add <URL> to <HTTPTargetConnection>.
 *     What runs of ServiceCallout: docs/policies/ServiceCallout.md
 *
 * @param stream where it is going to be written: colours only when that is a terminal
 */
export function formatProblems(problems: readonly Problem[], stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const groups = Map.groupBy(problems, ({ file }) => file);
  const texts = [...groups.values()].map((group) => {
    const lines = group.map(({ file, line, column, severity, code, message, remedy }) => {
      const place = style("bold", `${printable(file)}:${line}:${column}`);
      const what = `${style(COLOURS[severity], severity)}  ${code}  ${printable(message)}`;
      return `${place}  ${what}\n    ${style("dim", printable(remedy))}\n`;
    });
    return [...lines, ...pages(group)].join("");
  });
  return `${texts.join("\n")}${texts.length > 0 ? "\n" : ""}${summary(problems)}\n`;
}

/** A line for each policy type that has a page. */
function pages(group: readonly Problem[]): string[] {
  const types = new Set(group.map(({ policyType }) => policyType));
  return [...types].flatMap((type) => {
    const page = policyPage(type);
    return page === null ? [] : [`What runs of ${type}: ${page}\n`];
  });
}

/** A text on one line that cannot do anything to a terminal: it may quote what somebody else wrote. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    if (character === "\n") return "\\n";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function summary(problems: readonly Problem[]): string {
  const count = (wanted: Problem["severity"]) =>
    problems.filter(({ severity }) => severity === wanted).length;
  const notes = count("note");
  const main = `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}`;
  return `${main}${notes > 0 ? `, ${counted(notes, "note")}` : ""}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
