import type { Window } from "../../../stores/counters/window.ts";

export const quotaTypes = ["default", "calendar", "flexi", "rollingwindow"] as const;

/** When a quota begins anew; `default` where nothing says it. Apigee: "Quota policy" (Quota policy types). */
export type QuotaType = (typeof quotaTypes)[number];

/** Milliseconds. A month has 28 days, but for the type default. */
const UNITS_MS = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 24 * 3_600_000,
  week: 7 * 24 * 3_600_000,
  month: 28 * 24 * 3_600_000,
};

export type Unit = keyof typeof UNITS_MS;

/** No quota is for longer than a hundred years. */
const LONGEST_MS = 100 * 366 * UNITS_MS.day;

/** A Sunday, with which weeks begin. */
const SUNDAY = Date.UTC(1970, 0, 4);

/** A whole number of at least 1; null for anything else. */
export function readInterval(text: string): number | null {
  const interval = /^\+?\d{1,10}$/.test(text.trim()) ? Number(text) : 0;
  return interval >= 1 ? interval : null;
}

export function readUnit(text: string): Unit | null {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(UNITS_MS, word) ? (word as Unit) : null;
}

/** `yyyy-MM-dd HH:mm:ss` in UTC, also with single digits; the hour 24 is midnight. Epoch milliseconds, or null. */
export function readStartTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)$/.exec(text)?.slice(1).map(Number) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const time = hour * UNITS_MS.hour + minute * UNITS_MS.minute + second * UNITS_MS.second;
  return isDay && minute < 60 && second < 60 && time <= UNITS_MS.day ? date.getTime() + time : null;
}

/** The window of a quota; null when it is too long for one. */
export function windowOf(type: QuotaType, start: number | null, interval: number, unit: Unit): Window | null {
  const ms = interval * UNITS_MS[unit];
  if (ms > LONGEST_MS) return null;
  if (type === "flexi") return { kind: "first", ms };
  if (type === "rollingwindow") return { kind: "rolling", ms };
  if (type === "calendar" && start !== null) return { kind: "repeating", start, ms };
  if (unit === "month") return { kind: "months", months: interval };
  return { kind: "repeating", start: unit === "week" ? SUNDAY : 0, ms };
}
