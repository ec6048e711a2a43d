import { Pair, parseLines } from "dot-properties";
import { Lines } from "../documents/lines.ts";
import type { Report } from "../documents/report.ts";

/**
 * A property set: the text of a `.properties` file as Java reads it, except that the file is UTF-8. A key
 * that is written twice has its last value. A `\u` without four hexadecimal digits is reported
 * (PropertySetInvalid) and the line left out.
 *
 * Format: Java's documentation of `java.util.Properties.load(Reader)`. Apigee: "Using property sets".
 */
export function readPropertySet(content: string, file: string, report: Report): Map<string, string> {
  const properties = new Map<string, string>();
  const text = content.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const lines = new Lines(text);
  for (const pair of parseLines(text, true)) {
    if (!(pair instanceof Pair)) continue;
    const [start, , , end] = pair.range;
    if (HALF_ESCAPE.test(text.slice(start, end).replaceAll("\\\\", ""))) {
      const message = "\\u is not followed by four hexadecimal digits.";
      report.error(
        "PropertySetInvalid",
        { file, ...lines.placeOf(start), column: 1 },
        message,
        "Write \\\\u for a literal \\u.",
      );
      continue;
    }
    properties.set(pair.key, pair.value);
  }
  return properties;
}

const HALF_ESCAPE = /\\u(?![0-9A-Fa-f]{4})/;
