import { decodeUtf8 } from "../../text/utf8.ts";

export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/**
 * What an Authorization header of the Basic scheme says; null for anything else than base64 of UTF-8 text with a colon
 * in it. Format: RFC 7617.
 */
export function basicCredentialsIn(header: string): BasicCredentials | null {
  const [, base64] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header.trim()) ?? [];
  // Other bytes replaced by the same character would make two passwords equal.
  const text = base64 === undefined ? null : decodeUtf8(Buffer.from(base64, "base64"), "keep");
  const colon = text?.indexOf(":") ?? -1;
  if (text === null || colon === -1) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
