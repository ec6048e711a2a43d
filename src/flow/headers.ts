import { isToken } from "../text/token.ts";

/** Headers whose only value is a date, with a comma in it. RFC 9110, section 5.6.7. */
const dateHeaders: ReadonlySet<string> = new Set([
  "date",
  "expires",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "retry-after",
]);

/**
 * Header values as flow variables see them: a comma splits a header into values, and so does a repeated
 * header line; but a date is one value, and so is a Set-Cookie line, because dates in cookies have commas (RFC 6265).
 * Apigee: "Flow variables reference" (request.header.NAME.*).
 */
export function headerValues(headers: Headers, name: string): string[] {
  if (isSetCookie(name)) return headers.getSetCookie();
  const text = headerText(headers, name);
  return text === null ? [] : splitHeader(name, text);
}

/** The values in the text of a header that is not Set-Cookie. */
export function splitHeader(name: string, text: string): string[] {
  if (!text.includes(",") || isDate(name)) return [text];
  return text.split(",").map((value) => value.trim());
}

/** The first value, or null when there is no such header. */
export function firstHeaderValue(headers: Headers, name: string): string | null {
  if (isSetCookie(name)) return headers.getSetCookie()[0] ?? null;
  const text = headerText(headers, name);
  if (text === null) return null;
  const comma = text.indexOf(",");
  return comma === -1 || isDate(name) ? text : text.slice(0, comma).trim();
}

function isDate(name: string): boolean {
  return dateHeaders.has(name.toLowerCase());
}

function isSetCookie(name: string): boolean {
  return name.length === 10 && name.toLowerCase() === "set-cookie";
}

/** The whole text of a header, or null. A name that no header can have is a header that is not there. */
export function headerText(headers: Headers, name: string): string | null {
  return isToken(name) ? headers.get(name) : null;
}

/** Replaces the value at a 1-based index, appending when it is past the end. */
export function setHeaderValue(headers: Headers, name: string, index: number, value: string): void {
  const values = headerValues(headers, name);
  values[Math.min(index - 1, values.length)] = value;
  replaceHeader(headers, name, values);
}

/** Removes the value at a 1-based index; nothing happens when there is none. */
export function removeHeaderValue(headers: Headers, name: string, index: number): void {
  const values = headerValues(headers, name);
  if (index > values.length) return;
  values.splice(index - 1, 1);
  replaceHeader(headers, name, values);
}

/** Replaces all lines of a header by one line for each value. */
export function replaceHeader(headers: Headers, name: string, values: readonly string[]): void {
  const [only] = values;
  if (values.length === 1 && only !== undefined) headers.set(name, only);
  else {
    headers.delete(name);
    for (const value of values) headers.append(name, value);
  }
}

/** Each distinct header name, in lower case as the platform keeps them. */
export function headerNames(headers: Headers): string[] {
  return [...new Set(headers.keys())];
}

/** Whether a text may be a header's value: no CR, LF or NUL, so that nobody can smuggle a header in. */
export function isHeaderValue(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 13 || code === 10 || code === 0) return false;
  }
  return true;
}
