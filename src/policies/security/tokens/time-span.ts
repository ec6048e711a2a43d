const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span such as `30s`, in milliseconds; a number alone is that many. Null for anything else. */
export function parseSpan(text: string): number | null {
  const [, digits, unit = "ms"] = /^(\d{1,12})\s*(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits) * (units[unit] ?? 1);
}

const absolute = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:?\d\d)$/,
  /^[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [A-Z]{1,4}$/,
  /^[A-Z][a-z]{5,8}, \d\d?-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d [A-Z]{1,4}$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d\d? \d\d:\d\d:\d\d \d{4}$/,
];

/**
 * A time, in epoch milliseconds: absolute in one of the four documented formats, without a zone in UTC, or a span
 * from now on. Null for anything else. Apigee: "GenerateJWT policy" (NotBefore).
 */
export function parseTime(text: string, now: number): number | null {
  const span = parseSpan(text);
  if (span !== null) return now + span;
  const written = text.trim();
  const form = absolute.findIndex((pattern) => pattern.test(written));
  if (form === -1) return null;
  const zoned = form === 3 ? `${written} UTC` : written;
  const time = Date.parse(form === 2 ? zoned.replaceAll("-", " ") : zoned);
  return Number.isNaN(time) ? null : time;
}
