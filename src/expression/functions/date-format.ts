import type { UTCDate } from "@date-fns/utc";
import { type FormatOptions, format, getWeekOfMonth } from "date-fns";
import { ExpressionError } from "../value.ts";

/** Prints a date as its format says. */
export type Print = (date: UTCDate) => string;

/** Longest format, in characters; the work is linear in it. */
const LONGEST_FORMAT = 256;

const OPTIONS: FormatOptions = { useAdditionalWeekYearTokens: true, useAdditionalDayOfYearTokens: true };

/** A quoted text, a run of one letter, a quote that is never closed, or what stands for itself. */
const TOKEN = /'(?:[^']|'')*'|([A-Za-z])\1*|'|[^A-Za-z']+/g;

/** Letters that date-fns prints as Java does, and how long a run of them can be there. */
const SAME: ReadonlyMap<string, number> = new Map([
  ...[..."yYwDdHkKhms"].map((letter): [string, number] => [letter, LONGEST_FORMAT]),
  ...[..."MLE"].map((letter): [string, number] => [letter, 4]),
  ["G", 1],
  ["a", 1],
]);

/** Numbers that date-fns has not, or prints in another way. */
const NUMBERS: ReadonlyMap<string, (date: UTCDate) => number> = new Map([
  ["W", (date) => getWeekOfMonth(date)],
  ["F", (date) => Math.ceil(date.getUTCDate() / 7)],
  ["u", (date) => date.getUTCDay() || 7],
  ["S", (date) => date.getUTCMilliseconds()],
]);

/** The zone is always UTC. */
const ZONES: ReadonlyMap<string, string> = new Map([
  ["z", "UTC"],
  ["Z", "+0000"],
  ["X", "Z"],
]);

/**
 * Compiles a format in the letters of Java's SimpleDateFormat; names are in US English, the zone is UTC.
 *
 * @throws ExpressionError for a letter that has no meaning, a quote that is not closed, or an overlong format
 */
export function compileDateFormat(javaFormat: string): Print {
  if (javaFormat.length > LONGEST_FORMAT) {
    const message = `A date format can have ${LONGEST_FORMAT} characters at most.`;
    throw new ExpressionError(message, 0, "Write a shorter one.");
  }
  const prints: Print[] = [];
  let pattern = "";
  let literal = "";

  function endLiteral(): void {
    if (literal !== "") pattern += `'${literal.replaceAll("'", "''")}'`;
    literal = "";
  }
  function endPattern(): void {
    endLiteral();
    const complete = pattern;
    if (complete !== "") prints.push((date) => format(date, complete, OPTIONS));
    pattern = "";
  }

  for (const { 0: token, index } of javaFormat.matchAll(TOKEN)) {
    const letter = token.charAt(0);
    const read = NUMBERS.get(letter);
    const text = literalText(token, index);
    if (text !== null) {
      literal += text;
    } else if (read !== undefined) {
      endPattern();
      prints.push((date) => String(read(date)).padStart(token.length, "0"));
    } else {
      endLiteral();
      pattern += token.slice(0, SAME.get(letter));
    }
  }
  endPattern();
  return (date) => prints.map((print) => print(date)).join("");
}

/** The text that a token always prints; null when it depends on the date. */
function literalText(token: string, offset: number): string | null {
  const first = token.charAt(0);
  if (token === "''") return "'";
  if (token === "'") {
    const message = "A quote in the date format is not closed.";
    throw new ExpressionError(message, offset, "Write a second single quote where the text ends.");
  }
  if (first === "'") return token.slice(1, -1).replaceAll("''", "'");
  if (!/[A-Za-z]/.test(first)) return token;
  if (first === "z" && token.length > 3) return "Coordinated Universal Time";
  if (NUMBERS.has(first) || SAME.has(first)) return null;
  const zone = ZONES.get(first);
  if (zone !== undefined) return zone;
  throw new ExpressionError(
    `"${first}" has no meaning in a date format.`,
    offset,
    "Put text between single quotes, and write a letter of SimpleDateFormat, as in yyyy-MM-dd.",
  );
}
