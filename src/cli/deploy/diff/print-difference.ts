import type { Difference } from "./difference.ts";

/** Files whose lines are shown; the others are named only. */
const MAX_SHOWN_FILES = 100;

/** The differences for people: each file with its unified diff. */
export function formatDifferences(differences: readonly Difference[]): string {
  let shown = 0;
  return differences
    .flatMap(({ what, files, note }) => [
      "",
      what,
      ...files.flatMap(({ kind, path, text }) => {
        const line = `  ${kind.padEnd(8)} ${path}`;
        if (text === null) return [`${line} (no text to compare)`];
        return shown++ < MAX_SHOWN_FILES ? [line, ...indented(text)] : [line];
      }),
      ...(note === undefined ? [] : [`  ${note}`]),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function indented(text: string): string[] {
  return text === "" ? [] : text.split("\n").map((line) => `    ${line}`);
}
