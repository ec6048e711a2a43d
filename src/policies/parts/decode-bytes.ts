import { decodeBase64 } from "../../expression/functions/base64.ts";

/** How bytes are written as text. */
export type Encoding = "utf-8" | "hex" | "base64" | "base64url";

const encodings: ReadonlyMap<string, Encoding> = new Map([
  ["hex", "hex"],
  ["base16", "hex"],
  ["base64", "base64"],
  ["base64url", "base64url"],
  ["utf8", "utf-8"],
]);

/** The encoding of a name, whose letter case and dashes do not matter; null when there is none. */
export function encodingNamed(name: string): Encoding | null {
  return encodings.get(name.trim().toLowerCase().replaceAll("-", "")) ?? null;
}

/** The bytes of a text in an encoding; null when it is none. White space between hexadecimal digits is allowed. */
export function decodeBytes(text: string, encoding: Encoding): Uint8Array | null {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  if (encoding === "hex") {
    const digits = text.replace(/\s+/g, "");
    return digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits) ? Buffer.from(digits, "hex") : null;
  }
  return decodeBase64(encoding === "base64" ? text : text.replaceAll("-", "+").replaceAll("_", "/"));
}
