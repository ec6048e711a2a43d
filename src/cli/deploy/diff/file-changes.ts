import { structuredPatch } from "diff";
import { decodeUtf8 } from "../../../text/utf8.ts";

/** What became of one file: `text` is a unified diff, null where there is nothing to read. */
export interface FileChange {
  readonly path: string;
  readonly kind: "added" | "changed" | "removed";
  readonly text: string | null;
}

type Files = ReadonlyMap<string, Uint8Array>;

/** Lines that a file's diff may have; what is beyond is counted. */
const MAX_LINES = 200;

/** Characters of a line that are shown, of which generated code has lines of a megabyte. */
const MAX_LINE = 500;

/** Text that is compared line by line, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** Edits after which two texts count as too different to be worth a look at each line. */
const MAX_EDITS = 1_000;

/** What changed between two sets of files, by path. The text of files is of interest only beside what was there. */
export function fileChanges(before: Files, after: Files): FileChange[] {
  const isNew = before.size === 0 || after.size === 0;
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): FileChange[] => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old && now && Buffer.compare(old, now) === 0) return [];
    const kind = old ? (now ? "changed" : "removed") : "added";
    return [{ path, kind, text: isNew ? "" : differenceOf(old, now) }];
  });
}

function differenceOf(before: Uint8Array | undefined, after: Uint8Array | undefined): string | null {
  const [old, now] = [textOf(before), textOf(after)];
  if (old === null || now === null) return null;
  const patch = structuredPatch("", "", old, now, "", "", { context: 3, maxEditLength: MAX_EDITS });
  if (!patch) return null;
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  const shown = lines.slice(0, MAX_LINES).map(printable);
  const hidden = lines.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`(${hidden} more lines)`] : [])].join("\n");
}

/** A unified diff names the line before a range that is empty. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Null for what is no text, or more than anybody reads. */
function textOf(content: Uint8Array | undefined): string | null {
  if (content === undefined) return "";
  if (content.length > MAX_BYTES || content.includes(0)) return null;
  return decodeUtf8(content, "keep");
}

/** A line that is not too long, without control characters, which must not reach the terminal. */
function printable(line: string): string {
  const rest = line.length - MAX_LINE;
  const shown = rest > 0 ? `${line.slice(0, MAX_LINE)} (${rest} more characters)` : line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return shown.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
