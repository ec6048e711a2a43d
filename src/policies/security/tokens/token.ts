import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { decodeUtf8 } from "../../../text/utf8.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { TokenFaults } from "./faults.ts";
import { type JsonObject, parseObject } from "./json.ts";
import { Memory } from "./memory.ts";

/** The longest token that is looked at, in characters. */
const TOKEN_LIMIT = 256 * 1024;

/** A token in its compact form, taken apart and not believed. */
export interface Token {
  readonly text: string;
  /** Three of a signed token, five of an encrypted one. */
  readonly parts: readonly string[];
  readonly header: JsonObject;
  readonly headerJson: string;
}

/**
 * Compiles how the token is found. Without a source it is in the Authorization header, after `Bearer`: in all of it, so
 * that a second one beside it is not taken by others for the one that was looked at. From any other variable it is
 * taken as it stands. Apigee: "VerifyJWT policy" (Source).
 */
export function compileSource(
  source: string | null,
  faults: TokenFaults,
  { policy, variable }: PolicyContext,
): (flow: FlowContext) => string {
  if (source === null) {
    return ({ request }) => {
      const header = request.headers.get("authorization");
      if (header === null) throw faults.unresolved(policy, "null");
      return header.replace(/^Bearer +/i, "");
    };
  }
  const { get } = variable(source);
  return (flow) => {
    const value = get(flow);
    if (value === null) throw faults.unresolved(policy, source);
    return textOf(value);
  };
}

/** Takes a token apart; null when it is none, `json` when what it begins with is no JSON object. */
export function parseToken(text: string): Token | "json" | null {
  if (text.length > TOKEN_LIMIT) return null;
  const parts = text.split(".");
  if (parts.length !== 3 && parts.length !== 5) return null;
  if (!parts.every((part) => /^[A-Za-z0-9_-]*$/.test(part))) return null;
  const [first = ""] = parts;
  const header = text.length > SHORT_TOKEN ? readHeader(first) : headers.get(first, () => readHeader(first));
  return typeof header.read === "object" && header.read ? { text, parts, ...header.read } : header.read;
}

/** Why {@link parseToken} takes a text for none, for the log. */
export function whyNoToken(text: string): string {
  if (/^Bearer /i.test(text)) {
    return "it begins with Bearer, which is taken off the Authorization header where the policy has no Source";
  }
  return text.length > TOKEN_LIMIT
    ? `it is longer than ${TOKEN_LIMIT} characters`
    : "it is not three or five parts in Base64url with a dot between each";
}

/** Why a token with another number of parts does not count, for the log. */
export function partsOf({ parts }: Token, wanted: 3 | 5): string {
  return `it has ${parts.length} parts, and ${wanted === 3 ? "a signed" : "an encrypted"} one has ${wanted}`;
}

/** What the first part of a token says; the tokens of one issuer all begin with the same. */
interface ReadHeader {
  readonly read: Pick<Token, "header" | "headerJson"> | "json" | null;
}

/** Headers that came lately. Each keeps the text of the token that it came with. */
const headers = new Memory<ReadHeader>(64);

/** Of longer tokens, headers are not kept. */
const SHORT_TOKEN = 8 * 1024;

function readHeader(part: string): ReadHeader {
  const headerJson = decodePart(part);
  if (headerJson === null) return { read: null };
  const header = parseObject(headerJson);
  return { read: header === null ? "json" : { header, headerJson } };
}

/** The text in a part of a token; null when it holds other bytes. */
export function decodePart(part: string): string | null {
  return part.length % 4 === 1 ? null : decodeUtf8(Buffer.from(part, "base64url"), "keep");
}

/** How a part may end, by its length modulo 4: bits that stand for nothing are zero. */
const ENDINGS = [/$/, null, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/** Whether the bytes of a part can be written in no other way: otherwise one token has several texts. */
export function isCanonical(part: string): boolean {
  return ENDINGS[part.length % 4]?.test(part.slice(-1)) ?? false;
}
