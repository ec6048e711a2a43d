import { CompactSign, type CryptoKey, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import type { Value } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import type { Fault } from "../../../../src/flow/fault.ts";
import type { PolicyType } from "../../../../src/policies/policy-type.ts";
import { notGiven } from "../../not-given.ts";
import { faultOf, flowOf, type GivenCapabilities, NOW, runPolicy } from "../../policy-kit.ts";

/** Now in epoch seconds. */
export const SECONDS = Math.floor(NOW / 1000);

/** A pair of keys in the forms that policies take. */
export interface Pair {
  readonly privateKey: CryptoKey;
  readonly privatePem: string;
  readonly publicPem: string;
  /** A set with the public key, whose id is `key-1`. */
  readonly keySet: string;
}

const made = new Map<string, Promise<Pair>>();

/** A pair for an algorithm; the same one each time. */
export function pairFor(algorithm: string): Promise<Pair> {
  const known = made.get(algorithm) ?? makePair(algorithm);
  made.set(algorithm, known);
  return known;
}

async function makePair(algorithm: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    privateKey,
    privatePem: await exportPKCS8(privateKey),
    publicPem: await exportSPKI(publicKey),
    keySet: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "key-1" }] }),
  };
}

/** A secret that is long enough for every HS algorithm. */
export const SECRET = "0123456789abcdef".repeat(4);

/** A token with these claims and headers, signed with HS256 and {@link SECRET} unless a key says otherwise. */
export async function tokenOf(
  claims: object | string,
  header: Record<string, unknown> = {},
  key: CryptoKey | Uint8Array = new TextEncoder().encode(SECRET),
): Promise<string> {
  const payload = typeof claims === "string" ? claims : JSON.stringify(claims);
  const { crit } = header;
  const known = Array.isArray(crit) ? Object.fromEntries(crit.map((name) => [name, true])) : {};
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(key, { crit: known });
}

/** A token that nobody has signed. */
export function unsigned(header: unknown, payload: unknown, signature = ""): string {
  const part = (value: unknown) =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(payload)}.${signature}`;
}

const secretVariables = { "private.secret": SECRET };

/** A flow that holds a token in the variable `token`, and the secret. */
export function holding(token: string, variables: Readonly<Record<string, Value>> = {}): FlowContext {
  return flowOf({ variables: { token, ...secretVariables, ...variables } });
}

/** What a policy for tokens is given. */
export const given: GivenCapabilities = { egress: notGiven("egress"), keySets: notGiven("keySets") };

type TokenPolicy = PolicyType<never, "egress" | "keySets">;

/** Runs a policy that must succeed. */
export function run(type: unknown, xml: string, flow: FlowContext): Promise<FlowContext> {
  return runPolicy(type as TokenPolicy, xml, flow, given);
}

/** Runs a policy that must fail. */
export function failing(type: unknown, xml: string, flow: FlowContext): Promise<Fault> {
  return faultOf(type as TokenPolicy, xml, flow, given);
}

/** The same as `code: text`. */
export async function fault(type: unknown, xml: string, flow: FlowContext): Promise<string> {
  const { code, message, status } = await failing(type, xml, flow);
  return `${status} ${code}: ${message}`;
}
