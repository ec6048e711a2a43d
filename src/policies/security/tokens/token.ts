import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { decodeUtf8 } from "../../../text/utf8.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { TokenFaults } from "./faults.ts";
import { type JsonObject, parseObject } from "./json.ts";

/** The longest token that is looked at, in characters. */
export const TOKEN_LIMIT = 256 * 1024;

/** A token in its compact form, taken apart and not believed. */
export interface Token {
  readonly text: string;
  /** Three of a signed token, five of an encrypted one. */
  readonly parts: readonly string[];
  readonly header: JsonObject;
  readonly headerJson: string;
}

/** What `<Source>` names when it is not there. */
const DEFAULT_SOURCE = "request.header.authorization";

/**
 * Compiles how the token is found. Without a source it is in the Authorization header, after `Bearer`; from any
 * other variable it is taken as it stands. Apigee: "VerifyJWT policy" (Source).
 */
export function compileSource(
  source: string | null,
  faults: TokenFaults,
  { policy, variable }: PolicyContext,
): (flow: FlowContext) => string {
  const { get } = variable(source ?? DEFAULT_SOURCE);
  return (flow) => {
    const value = get(flow);
    if (value === null) throw faults.unresolved(policy, String(source));
    const text = textOf(value);
    return source === null ? text.replace(/^Bearer +/i, "") : text;
  };
}

/** Takes a token apart; null when it is none, `json` when what it begins with is no JSON object. */
export function parseToken(text: string): Token | "json" | null {
  if (text.length > TOKEN_LIMIT) return null;
  const parts = text.split(".");
  if (parts.length !== 3 && parts.length !== 5) return null;
  if (!parts.every((part) => /^[A-Za-z0-9_-]*$/.test(part))) return null;
  const headerJson = decodePart(parts[0] ?? "");
  if (headerJson === null) return null;
  const header = parseObject(headerJson);
  return header === null ? "json" : { text, parts, header, headerJson };
}

/** The text in a part of a token; null when it holds other bytes. */
export function decodePart(part: string): string | null {
  return part.length % 4 === 1 ? null : decodeUtf8(Buffer.from(part, "base64url"), "keep");
}
