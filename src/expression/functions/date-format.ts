import { ExpressionError } from "../value.ts";

/** Prints a date as its format says. */
export type Print = (date: Date) => string;

/** Longest format, in characters; the work is linear in it. */
const LONGEST_FORMAT = 256;

const DAY_MS = 86_400_000;

/** A quoted text, a run of one letter, a quote that is never closed, or what stands for itself. */
const TOKEN = /'(?:[^']|'')*'|([A-Za-z])\1*|'|[^A-Za-z']+/g;

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Numbers by their letter; a run of it is as many digits at least. */
const NUMBERS: ReadonlyMap<string, (date: Date) => number> = new Map([
  ["y", (date) => yearOfEra(date)],
  ["Y", (date) => yearOfEra(saturdayOf(date))],
  ["M", (date) => date.getUTCMonth() + 1],
  ["L", (date) => date.getUTCMonth() + 1],
  ["w", (date) => Math.ceil(dayOfYear(saturdayOf(date)) / 7)],
  ["W", (date) => Math.ceil((date.getUTCDate() + firstDayOfMonth(date)) / 7)],
  ["D", (date) => dayOfYear(date)],
  ["d", (date) => date.getUTCDate()],
  ["F", (date) => Math.ceil(date.getUTCDate() / 7)],
  ["u", (date) => date.getUTCDay() || 7],
  ["H", (date) => date.getUTCHours()],
  ["k", (date) => date.getUTCHours() || 24],
  ["K", (date) => date.getUTCHours() % 12],
  ["h", (date) => date.getUTCHours() % 12 || 12],
  ["m", (date) => date.getUTCMinutes()],
  ["s", (date) => date.getUTCSeconds()],
  ["S", (date) => date.getUTCMilliseconds()],
]);

/** Names by their letter. */
const NAMES: ReadonlyMap<string, (date: Date) => string | undefined> = new Map([
  ["G", (date) => (date.getUTCFullYear() > 0 ? "AD" : "BC")],
  ["M", (date) => MONTHS[date.getUTCMonth()]],
  ["L", (date) => MONTHS[date.getUTCMonth()]],
  ["E", (date) => DAYS[date.getUTCDay()]],
  ["a", (date) => (date.getUTCHours() < 12 ? "AM" : "PM")],
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
  const prints = Array.from(javaFormat.matchAll(TOKEN), ({ 0: token, index }) => printOf(token, index));
  return (date) => prints.map((print) => print(date)).join("");
}

function printOf(token: string, offset: number): Print {
  const letter = token.charAt(0);
  const { length } = token;
  const number = NUMBERS.get(letter);
  const name = NAMES.get(letter);
  // A month is a number where one or two letters stand for it.
  if (number && (!name || length < 3)) {
    const isShortYear = /^(?:yy|YY)$/.test(token);
    return (date) => String(isShortYear ? number(date) % 100 : number(date)).padStart(length, "0");
  }
  if (name) return (date) => (length < 4 ? name(date)?.slice(0, 3) : name(date)) ?? "";
  const text = literalText(token, offset);
  return () => text;
}

function yearOfEra(date: Date): number {
  const year = date.getUTCFullYear();
  return year > 0 ? year : 1 - year;
}

function dayOfYear(date: Date): number {
  const start = new Date(date).setUTCMonth(0, 1);
  return Math.round((date.getTime() - start) / DAY_MS) + 1;
}

/** The day of the week, from 0 for Sunday, that the month of a date begins with. */
function firstDayOfMonth(date: Date): number {
  return new Date(new Date(date).setUTCDate(1)).getUTCDay();
}

/** The end of a date's week, in the year that the week counts to: weeks begin on Sunday, the first has 1 January. */
function saturdayOf(date: Date): Date {
  return new Date(date.getTime() + (6 - date.getUTCDay()) * DAY_MS);
}

/** The text that a token always prints. */
function literalText(token: string, offset: number): string {
  const first = token.charAt(0);
  if (token === "''") return "'";
  if (token === "'") {
    const message = "A quote in the date format is not closed.";
    throw new ExpressionError(message, offset, "Write a second single quote where the text ends.");
  }
  if (first === "'") return token.slice(1, -1).replaceAll("''", "'");
  if (!/[A-Za-z]/.test(first)) return token;
  if (first === "z" && token.length > 3) return "Coordinated Universal Time";
  const zone = ZONES.get(first);
  if (zone !== undefined) return zone;
  throw new ExpressionError(
    `"${first}" has no meaning in a date format.`,
    offset,
    "Put text between single quotes, and write a letter of SimpleDateFormat, as in yyyy-MM-dd.",
  );
}
