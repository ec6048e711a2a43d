import ipaddr from "ipaddr.js";
import { shown } from "./validation.ts";

/** Whether a text is in a format, and what is wrong with one that is not. */
interface Format {
  fits(text: string): boolean;
  wrong(text: string): string;
}

const format = (fits: (text: string) => boolean, what: string): Format => ({
  fits,
  wrong: (text) => `String ${shown(text)} is not a valid ${what}`,
});

const dated = (fits: (text: string) => boolean, formats: string): Format => ({
  fits,
  wrong: (text) => `String ${shown(text)} is invalid against requested date format(s) ${formats}`,
});

/** The formats of texts that Apigee checks; others say nothing. Apigee: "OASValidation policy" (data type formats). */
const formats: ReadonlyMap<string, Format> = new Map([
  ["date", dated(isDate, "yyyy-MM-dd")],
  ["date-time", dated(isDateTime, "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]")],
  [
    "email",
    format((text) => /^[^\s@"<>()[\]\\,;:]{1,64}@[^\s@"<>()[\]\\,;:]{1,255}$/.test(text), "email address"),
  ],
  ["ipv4", format((text) => ipaddr.IPv4.isValidFourPartDecimal(text), "IPv4 address")],
  [
    "ipv6",
    format((text) => text.includes(":") && ipaddr.IPv6.isValid(text) && !text.includes("%"), "IPv6 address"),
  ],
  ["uri", format(isUri, "URI")],
  ["uri-template", format(isUriTemplate, "URI template")],
  ["uuid", format((text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text), "UUID")],
  ["byte", format((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), "base64 text")],
]);

export function textFormat(name: string | null): Format | null {
  return formats.get(name ?? "") ?? null;
}

/** What is wrong with a number in a format; null when nothing is, or the format says nothing of numbers. */
export function numberFormat(
  name: string | null,
): ((number: number | bigint) => (() => string) | null) | null {
  if (name !== "int32" && name !== "int64") return null;
  const bits = name === "int32" ? 31n : 63n;
  const [least, after] = [-(2n ** bits), 2n ** bits];
  return (number) =>
    number >= least && number < after ? null : () => `Value ${number} is out of the range of ${name}`;
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** RFC 3339, section 5.6. */
function isDateTime(text: string): boolean {
  const [, date, hour, minute, second, offsetHour = "0", offsetMinute = "0"] =
    /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:[Zz]|[+-](\d\d):(\d\d))$/.exec(text) ?? [];
  return (
    date !== undefined &&
    isDate(date) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60 &&
    Number(offsetHour) < 24 &&
    Number(offsetMinute) < 60
  );
}

/** RFC 3986: a scheme, and no characters that have to be encoded. */
function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(text) && isEncoded(text);
}

/** RFC 6570: braces in pairs, with names in them. */
function isUriTemplate(text: string): boolean {
  return !/[\s"'<>\\^`{|}]/.test(text.replace(/\{[^\s{}]+\}/g, ""));
}

function isEncoded(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
