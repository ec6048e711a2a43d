import { styleText } from "node:util";
import type { Problem } from "../../documents/report.ts";
import { policyPage } from "./policy-page.ts";

/** How many problems of a file are shown that have the same name; the others are counted. */
const MOST_ALIKE = 20;

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
    const hidden = new Set(alike(group).flatMap((problems) => problems.slice(MOST_ALIKE)));
    const shown = group.filter((problem) => !hidden.has(problem));
    const lines = shown.map(({ file, line, column, severity, code, message, remedy }) => {
      const place = style("bold", `${printable(file)}:${line}:${column}`);
      const what = `${style(COLOURS[severity], severity)}  ${code}  ${printable(message)}`;
      return `${place}  ${what}\n    ${style("dim", printable(remedy))}\n`;
    });
    return [...lines, ...leftOut(group), ...pages(group)].join("");
  });
  return `${texts.join("\n")}${texts.length > 0 ? "\n" : ""}${summary(problems)}\n`;
}

/** The problems of a file by what they are: one with thousands of entries may have as many, which the first ones show. */
function alike(group: readonly Problem[]): Problem[][] {
  return [...Map.groupBy(group, ({ severity, code }) => `${severity} ${code}`).values()];
}

function leftOut(group: readonly Problem[]): string[] {
  return alike(group).flatMap((problems) => {
    const more = problems.length - MOST_ALIKE;
    return more > 0 ? [`And ${more} more ${problems[0]?.code} in this file.\n`] : [];
  });
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
