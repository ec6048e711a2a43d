import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { LONGEST_LIFE_MS } from "../../../stores/two-level-cache.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";

/** When an entry expires. The first that says something counts; an entry lives 30 days at most. */
export interface ExpirySettings {
  readonly seconds: readonly Said[];
  /** `HH:mm:ss`. */
  readonly timeOfDay: Said | null;
  /** `MM-dd-yyyy`. */
  readonly date: Said | null;
}

/**
 * Reads ExpirySettings. Reports the warnings InvalidExpiry and NoExpiry.
 * Apigee: "PopulateCache policy" (ExpirySettings).
 */
export function readExpiry(xml: XmlElement, report: Report): ExpirySettings {
  const settings = xml.child("ExpirySettings");
  const read = (name: string, reader: (text: string) => unknown, format: string) => {
    const element = settings?.child(name);
    if (!element) return null;
    const given = readSaid(element);
    if (given.text !== "" && reader(given.text) === null) {
      report.warning(
        "InvalidExpiry",
        element,
        `<${name}> is "${given.text}", which is not ${format}; it is read as if it were not there.`,
        `Write ${format}.`,
      );
    }
    return given;
  };
  const number = "a whole number of seconds";
  const expiry = {
    seconds: ["TimeoutInSeconds", "TimeoutInSec"].flatMap((name) => read(name, readSeconds, number) ?? []),
    timeOfDay: read("TimeOfDay", readTimeOfDay, "a time such as 14:30:00"),
    date: read("ExpiryDate", readDate, "a date such as 12-31-2027, the month first"),
  };
  if (expiry.seconds.length === 0 && !expiry.timeOfDay && !expiry.date) {
    report.warning(
      "NoExpiry",
      settings ?? xml,
      "The policy does not say when entries expire: they live 30 days.",
      "Add <ExpirySettings> with <TimeoutInSeconds>.",
    );
  }
  return expiry;
}

/** When an entry expires that is made now: epoch milliseconds. */
export function compileExpiry(
  { seconds, timeOfDay, date }: ExpirySettings,
  context: PolicyContext,
): (flow: FlowContext) => number {
  const timeouts = seconds.map((given) => compile(given, readSeconds, context));
  const time = timeOfDay && compile(timeOfDay, readTimeOfDay, context);
  const day = date && compile(date, readDate, context);
  return (flow) => {
    const now = flow.exchange.now();
    for (const timeout of timeouts) {
      const found = timeout(flow);
      if (found !== null)
        return now + (found > 0 ? Math.min(found * 1000, LONGEST_LIFE_MS) : LONGEST_LIFE_MS);
    }
    const ends = [day?.(flow) ?? null, time ? next(time(flow), now) : null].filter((end) => end !== null);
    return Math.min(now + LONGEST_LIFE_MS, ...ends);
  };
}

/** What the variable says, or else the text; null when neither says anything. */
function compile<T>(
  { text, ref }: Said,
  read: (text: string) => T | null,
  context: PolicyContext,
): (flow: FlowContext) => T | null {
  const written = read(text);
  if (ref === null) return () => written;
  const { get } = context.variable(ref);
  return (flow) => read(textOf(get(flow)).trim()) ?? written;
}

function readSeconds(text: string): number | null {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
}

const DAY_S = 24 * 3600;

/** Seconds after midnight, UTC. */
function readTimeOfDay(text: string): number | null {
  const [, hours, minutes, seconds] = /^(\d\d?):(\d\d):(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  const time = hours * 3600 + minutes * 60 + seconds;
  return minutes < 60 && seconds < 60 && time <= DAY_S ? time : null;
}

/** The beginning of a day, UTC: epoch milliseconds. */
function readDate(text: string): number | null {
  const [, month, day, year] = /^(\d\d?)-(\d\d?)-(\d{4})$/.exec(text)?.map(Number) ?? [];
  if (month === undefined || day === undefined || year === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null;
}

/** The next time that a clock shows a time of day: epoch milliseconds. */
function next(timeOfDay: number | null, now: number): number | null {
  if (timeOfDay === null) return null;
  const midnight = now - (now % (DAY_S * 1000));
  const today = midnight + timeOfDay * 1000;
  return today > now ? today : today + DAY_S * 1000;
}
