import { ExpressionError } from "../../../../expression/value.ts";
import { spendText } from "../../../../expression/work.ts";
import type { SpecDocument, SpecNode } from "../spec-node.ts";
import { textFormat } from "./formats.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import type { Check } from "./schema.ts";
import { shown } from "./validation.ts";

/** The checks of texts. OpenAPI 3.0.3: "Schema Object"; JSON Schema Validation 00, sections 5.6 to 5.8. */
export function stringChecks(node: SpecNode): Check[] {
  const checks: ((text: string) => (() => string) | null)[] = [];
  const [least, most] = [node.count("minLength"), node.count("maxLength")];
  if (least !== null) {
    checks.push((text) => {
      const length = lengthOf(text);
      if (length >= least) return null;
      return () => `String ${shown(text)} is too short (length: ${length}, required minimum: ${least})`;
    });
  }
  if (most !== null) {
    checks.push((text) => {
      const length = lengthOf(text);
      if (length <= most) return null;
      return () => `String ${shown(text)} is too long (length: ${length}, maximum allowed: ${most})`;
    });
  }
  const pattern = node.text("pattern");
  const fits = pattern === null ? null : readPattern(pattern, node);
  if (fits) {
    checks.push((text) =>
      fits(spendText(text))
        ? null
        : () => `ECMA 262 regex ${JSON.stringify(pattern)} does not match input string ${shown(text)}`,
    );
  }
  const format = textFormat(node.text("format"));
  if (format) checks.push((text) => (format.fits(spendText(text)) ? null : () => format.wrong(text)));
  return checks.map((check) => (value, validation) => {
    const wrong = check(value as string);
    if (wrong) validation.fail(wrong);
  });
}

/** Characters of Unicode. */
function lengthOf(text: string): number {
  spendText(text);
  let length = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.codePointAt(at) ?? 0) > 0xffff) {
      length--;
      at++;
    }
  }
  return length;
}

/** Specifications repeat their patterns, and compiling one takes a while. */
const patterns = new WeakMap<SpecDocument, Map<string, Pattern>>();

/** A pattern that cannot be run on the linear-time engine is an error: what it forbids would pass. */
function readPattern(pattern: string, node: SpecNode): Pattern | null {
  const known = patterns.get(node.document) ?? new Map<string, Pattern>();
  patterns.set(node.document, known);
  try {
    const compiled = known.get(pattern) ?? compilePattern(pattern);
    known.set(pattern, compiled);
    return compiled;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    node.field("pattern")?.error(error.message, error.remedy ?? "Write it as ECMA 262 has it.");
    return null;
  }
}
