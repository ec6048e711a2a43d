/**
 * How far a zone is from UTC at a moment, in milliseconds. Zones have the names that Java knows: `GMT+9`, `GMT-03:30`,
 * `Asia/Seoul`, `PST`. One that is not known is GMT, as in Java.
 */
export function offsetOf(zone: string, ms: number): number {
  const [, sign, hours = "0", minutes = "0"] = /^(?:GMT|UTC)([+-])(\d{1,2})(?::?(\d\d))?$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: NAMES[zone] ?? zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(ms);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
    const [year, month, day] = [part("year"), part("month") - 1, part("day")];
    return (
      Date.UTC(year, month, day, part("hour"), part("minute"), part("second")) - Math.floor(ms / 1000) * 1000
    );
  } catch {
    return 0;
  }
}

/** Java's short names for zones that have daylight saving time. */
const NAMES: Readonly<Record<string, string>> = {
  PST: "America/Los_Angeles",
  MST: "America/Denver",
  CST: "America/Chicago",
  EST: "America/New_York",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  CET: "Europe/Paris",
};
