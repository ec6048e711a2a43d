import type { Report } from "../xml/report.ts";

/**
 * A property set: the text of a `.properties` file as Java reads it, except that the file is UTF-8. A key
 * that is written twice has its last value. A `\u` without four hexadecimal digits is reported
 * (PropertySetInvalid) and the line left out.
 *
 * Format: Java's documentation of `java.util.Properties.load(Reader)`. Apigee: "Using property sets".
 */
export function readPropertySet(content: string, file: string, report: Report): Map<string, string> {
  const properties = new Map<string, string>();
  for (const { text, line } of logicalLines(content)) {
    if (/\\u(?![0-9A-Fa-f]{4})/.test(text.replaceAll("\\\\", ""))) {
      const message = "\\u is not followed by four hexadecimal digits.";
      report.error(
        "PropertySetInvalid",
        { file, line, column: 1 },
        message,
        "Write \\\\u for a literal \\u.",
      );
      continue;
    }
    const key = /^(?:\\.|[^\\=:\s])*/.exec(text)?.[0] ?? "";
    const value = text.slice(key.length).replace(/^\s*[=:]?\s*/, "");
    properties.set(resolveEscapes(key), resolveEscapes(value));
  }
  return properties;
}

/** Lines with their continuations joined, without blank lines and comments; `line` is where each starts. */
function* logicalLines(content: string): Generator<{ text: string; line: number }> {
  const lines = content.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    let part = withoutIndent(lines[index]);
    if (part === "" || part.startsWith("#") || part.startsWith("!")) continue;
    const parts: string[] = [];
    while (continues(part)) {
      parts.push(part.slice(0, -1));
      index++;
      part = withoutIndent(lines[index]);
    }
    parts.push(part);
    yield { text: parts.join(""), line };
  }
}

function withoutIndent(line = ""): string {
  return line.replace(/^[ \t\f]+/, "");
}

/** A line goes on in the next when it ends in a backslash that is not itself escaped. */
function continues(line: string): boolean {
  let backslashes = 0;
  while (line.at(-1 - backslashes) === "\\") backslashes++;
  return backslashes % 2 === 1;
}

const CONTROL_ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function resolveEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gs, (_, hexadecimal?: string, character = "") =>
    hexadecimal === undefined
      ? (CONTROL_ESCAPES[character] ?? character)
      : String.fromCharCode(Number.parseInt(hexadecimal, 16)),
  );
}
