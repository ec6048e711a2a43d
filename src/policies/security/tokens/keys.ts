import type { CryptoKey, JWK } from "jose";
import { KeySet, KeySetError, type PublicJwk } from "../../../egress/key-set.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Fault } from "../../../flow/fault.ts";
import { decodeBytes } from "../../parts/decode-bytes.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { curvesOf, keyTypeOf, secretSizeOf } from "./algorithms.ts";
import type { TokenFaults } from "./faults.ts";
import {
  importCertificate,
  importPrivateKey,
  importPublicJwk,
  importPublicKey,
  KeyProblem,
} from "./import-key.ts";
import { Memory } from "./memory.ts";
import type { KeyConfig, KeySetSource, KeySource } from "./read-key.ts";

export type Key = CryptoKey | Uint8Array;

/** What a token's header, or the policy, says about the key. */
export interface KeyRequest {
  readonly algorithm: string;
  /** Of the content, when the token is encrypted. */
  readonly content: string | null;
  readonly kid: string | null;
}

/** Finds the key for a token. */
export type FindKey = (flow: FlowContext, wanted: KeyRequest) => Key | Promise<Key>;

export type KeyContext = PolicyContext<"egress" | "keySets">;

/** How many keys and sets that come from variables a policy remembers. */
const MOST_REMEMBERED = 16;

/** Compiles how the key is found. Its faults name the policy and the variable, and nothing of the key. */
export function compileKey({ source }: KeyConfig, faults: TokenFaults, context: KeyContext): FindKey {
  const find = compileSource(source, faults, context);
  const { policy } = context;
  const fail = (error: unknown): never => {
    if (error instanceof KeySetError) throw faults.invalidKeySet(policy).causedBy(error.message);
    if (!(error instanceof KeyProblem)) throw error;
    const { parse, type, curve, short } = {
      parse: faults.keyParsing,
      type: faults.wrongKeyType,
      curve: faults.invalidCurve,
      short: faults.shortKey,
    };
    throw { parse, type, curve, short }[error.kind](policy);
  };
  return (flow, wanted) => {
    try {
      const key = find(flow, wanted);
      return key instanceof Promise ? key.catch(fail) : key;
    } catch (error) {
      return fail(error);
    }
  };
}

function compileSource(source: KeySource, faults: TokenFaults, context: KeyContext): FindKey {
  switch (source.kind) {
    case "secret":
      return secretKey(source, faults, context);
    case "password":
      return passwordKey(source, faults, context);
    case "private":
      return privateKey(source, faults, context);
    case "public":
      return publicKey(source, faults, context);
    case "keySet":
      return keyOfSet(source.source, faults, context);
  }
}

function secretKey(
  { ref, encoding }: Extract<KeySource, { kind: "secret" }>,
  faults: TokenFaults,
  context: KeyContext,
): FindKey {
  const { policy } = context;
  const read = required({ ref }, faults, context);
  return (flow, { algorithm, content }) => {
    const bytes = decodeBytes(read(flow), encoding);
    if (bytes === null) throw faults.invalidSecretKey(policy);
    const size = secretSizeOf(algorithm, content);
    if (bytes.length < size.bytes) throw faults.shortKey(policy);
    if (size.exactly && bytes.length > size.bytes) throw faults.invalidSecretKey(policy);
    return bytes;
  };
}

function passwordKey(
  { ref }: Extract<KeySource, { kind: "password" }>,
  faults: TokenFaults,
  context: KeyContext,
): FindKey {
  const read = required({ ref }, faults, context);
  return (flow) => {
    const password = read(flow);
    if (password === "") throw faults.invalidPasswordKey(context.policy);
    return new TextEncoder().encode(password);
  };
}

function privateKey(
  { ref, password }: Extract<KeySource, { kind: "private" }>,
  faults: TokenFaults,
  context: KeyContext,
): FindKey {
  const read = required({ ref }, faults, context);
  const readPassword = password === null ? () => null : required({ ref: password }, faults, context);
  const keys = new Memory<CryptoKey>(MOST_REMEMBERED);
  return (flow, { algorithm }) => {
    const pem = read(flow);
    const secret = readPassword(flow);
    return keys.get(`${algorithm} ${secret ?? ""}\n${pem}`, () => importPrivateKey(pem, secret, algorithm));
  };
}

function publicKey(
  { holds, value }: Extract<KeySource, { kind: "public" }>,
  faults: TokenFaults,
  context: KeyContext,
): FindKey {
  const read = required(value, faults, context);
  const importPem = holds === "key" ? importPublicKey : importCertificate;
  const keys = new Memory<CryptoKey>(MOST_REMEMBERED);
  return (flow, { algorithm }) => {
    const pem = read(flow);
    return keys.get(`${algorithm} ${pem}`, () => importPem(pem, algorithm));
  };
}

function keyOfSet(source: KeySetSource, faults: TokenFaults, context: KeyContext): FindKey {
  const { policy } = context;
  const find = compileKeySet(source, faults, context);
  const imported = new WeakMap<PublicJwk, Map<string, CryptoKey>>();
  const importOnce = async (jwk: PublicJwk, algorithm: string): Promise<CryptoKey> => {
    const key = await importPublicJwk(jwk as JWK, algorithm);
    const known = imported.get(jwk) ?? new Map<string, CryptoKey>();
    imported.set(jwk, known.set(algorithm, key));
    return key;
  };
  const choose = (set: KeySet, kid: string, algorithm: string): Key | Promise<Key> => {
    const named = set.named(kid);
    const jwk = named.find((key) => fits(key, algorithm));
    if (!jwk) throw unfit(named[0], algorithm, faults, policy);
    return imported.get(jwk)?.get(algorithm) ?? importOnce(jwk, algorithm);
  };
  return (flow, { algorithm, kid }) => {
    if (kid === null) throw faults.keyIdMissing(policy);
    const set = find(flow, kid);
    return set instanceof Promise
      ? set.then((keys) => choose(keys, kid, algorithm))
      : choose(set, kid, algorithm);
  };
}

/** Whether a key is meant for an algorithm. Format: RFC 7517 (use, key_ops, alg). */
function fits({ kty, crv = "", alg, use, key_ops: operations }: PublicJwk, algorithm: string): boolean {
  const type = keyTypeOf(algorithm);
  const forSigning = /^(?:RS|PS|ES)\d/.test(algorithm);
  return (
    kty === type &&
    (alg === undefined || alg === algorithm) &&
    (use === undefined || use === (forSigning ? "sig" : "enc")) &&
    (operations === undefined || !forSigning || operations.includes("verify")) &&
    (type !== "EC" || curvesOf(algorithm).includes(crv))
  );
}

function unfit(jwk: PublicJwk | undefined, algorithm: string, faults: TokenFaults, policy: string): Fault {
  const type = keyTypeOf(algorithm);
  if (jwk && jwk.kty !== type) return faults.wrongKeyType(policy);
  if (jwk && type === "EC" && !curvesOf(algorithm).includes(jwk.crv ?? ""))
    return faults.invalidCurve(policy);
  const reason = jwk
    ? "the key with its kid is for another use or algorithm"
    : "the key set has no key with its kid";
  return faults.noMatchingKey(policy).causedBy(reason);
}

function compileKeySet(
  source: KeySetSource,
  faults: TokenFaults,
  context: KeyContext,
): (flow: FlowContext, kid: string) => KeySet | Promise<KeySet> {
  const { keySets, egress, origin: by } = context;
  const at = (url: string, kid: string, { exchange }: FlowContext) =>
    keySets.at(url, kid, { egress, by, exchange });
  if ("uri" in source) return (flow, kid) => at(source.uri, kid, flow);
  if ("uriRef" in source) {
    const read = required({ ref: source.uriRef }, faults, context);
    return (flow, kid) => at(read(flow), kid, flow);
  }
  const read = required(source, faults, context);
  const sets = new Memory<KeySet>(MOST_REMEMBERED);
  return (flow) => {
    const json = read(flow);
    return sets.get(json, () => new KeySet(json));
  };
}

/** A text that must be there, whatever IgnoreUnresolvedVariables says: without its key, no policy does anything. */
function required(
  { ref, text = "" }: { readonly ref: string | null; readonly text?: string },
  faults: TokenFaults,
  context: KeyContext,
): (flow: FlowContext) => string {
  if (ref === null) return () => text;
  const { get } = context.variable(ref);
  return (flow) => {
    const found = get(flow);
    if (found !== null) return textOf(found);
    if (text !== "") return text;
    throw faults.unresolved(context.policy, ref);
  };
}
