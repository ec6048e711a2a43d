import * as v from "valibot";
import type { IssuedToken, TokenKind } from "./issued-tokens.ts";

const encoder = new TextEncoder();

/** The length of AES-GCM's initialization vector. Bytes. */
const IV_BYTES = 12;

const recordSchema = v.object({
  sibling: v.nullable(v.string()),
  clientId: v.string(),
  appId: v.string(),
  products: v.array(v.string()),
  scopes: v.array(v.string()),
  grantType: v.string(),
  endUser: v.nullable(v.string()),
  attributes: v.array(v.object({ name: v.string(), value: v.string(), display: v.boolean() })),
  status: v.picklist(["approved", "revoked"]),
  issuedAt: v.number(),
  expiresAt: v.nullable(v.number()),
  refreshCount: v.number(),
  redirectUri: v.nullable(v.string()),
  state: v.nullable(v.string()),
});

/** Seals what is known of a token with a key that is made of the token: only who has that can read it (AES-GCM, HKDF). */
export async function sealToken({ kind, token, ...record }: IssuedToken): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await keyOf(kind, token);
  const text = encoder.encode(JSON.stringify(record));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
  return Buffer.concat([iv, new Uint8Array(sealed)]);
}

/** Rejects for what is no record of this token. */
export async function unsealToken(kind: TokenKind, token: string, sealed: Uint8Array): Promise<IssuedToken> {
  const [iv, text] = [sealed.slice(0, IV_BYTES), sealed.slice(IV_BYTES)];
  const json = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(kind, token), text);
  return { kind, token, ...v.parse(recordSchema, JSON.parse(new TextDecoder().decode(json))) };
}

async function keyOf(kind: TokenKind, token: string): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(token), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: encoder.encode(`sortie ${kind}`),
  };
  const algorithm = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(derivation, secret, algorithm, false, ["encrypt", "decrypt"]);
}
