import { type TemplateFunction, textFunction } from "./template-function.ts";

/** `encodeBase64` and `decodeBase64` between UTF-8 text and the standard alphabet. */
export const base64Functions: Readonly<Record<string, TemplateFunction>> = {
  encodeBase64: textFunction(["value"], (text) => Buffer.from(text, "utf8").toString("base64")),
  decodeBase64: textFunction(["value"], (text) => decodeBase64(text)?.toString("utf8") ?? ""),
};

/** Bytes of a text in the standard base64 alphabet, with or without padding; null when it is none. */
export function decodeBase64(text: string): Buffer | null {
  const digits = /^([A-Za-z0-9+/]*)={0,2}$/.exec(text)?.[1];
  if (digits === undefined || digits.length % 4 === 1) return null;
  const padding = text.length - digits.length;
  return padding === 0 || text.length % 4 === 0 ? Buffer.from(digits, "base64") : null;
}
