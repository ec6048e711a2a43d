import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Fault } from "../../../flow/fault.ts";
import { decodeUtf8 } from "../../../text/utf8.ts";
import { faultOfTimes } from "../tokens/check-times.ts";
import { compileClaims } from "../tokens/claims.ts";
import { readCriticalHeaders } from "../tokens/critical-headers.ts";
import { jwtFaults } from "../tokens/faults.ts";
import { type Json, type JsonObject, parseObject } from "../tokens/json.ts";
import { compileMaking, readHeader } from "../tokens/make-token.ts";
import { readSigning } from "../tokens/read-algorithms.ts";
import { readClaims } from "../tokens/read-claims.ts";
import { readKeyFor } from "../tokens/read-key.ts";
import { parseToken } from "../tokens/token.ts";
import { compileVerification } from "../tokens/verify-token.ts";
import { whole } from "../tokens/whole.ts";
import { faults } from "./faults.ts";
import type { OAuthContext } from "./operation.ts";

/** What the header of an access token says that it is. Format: RFC 9068, section 2.1. */
const TYPE = "at+JWT";

/** The algorithms that OAuthV2 takes. Apigee: "Using JWT OAuth tokens". */
const ALGORITHM = /^[HR]S(?:256|384|512)$/;

export type JwtConfig = ReturnType<typeof readJwt>;

/** Reads how access tokens are signed. Reports what the JWT policies do of algorithms, keys and claims. */
export function readJwt(xml: XmlElement, use: "sign" | "verify", report: Report) {
  const signing = readSigning(xml, "one", report);
  const [algorithm] = signing?.algorithms ?? [];
  if (algorithm !== undefined && !ALGORITHM.test(algorithm)) {
    report.error(
      "InvalidValueForElement",
      xml.child("Algorithm") ?? xml,
      `<Algorithm> is ${algorithm}, with which OAuthV2 signs no tokens.`,
      "Write RS256, RS384, RS512, HS256, HS384 or HS512.",
    );
  }
  return {
    protection: signing,
    key: readKeyFor(xml, signing, [use, use], report),
    header: readHeader(xml, TYPE, report),
    critical: readCriticalHeaders(xml, report),
    claims: readClaims(xml.child("AdditionalClaims"), "Claim", report),
  };
}

/**
 * Compiles what makes an access token a JWT, with the claims of RFC 9068, section 2.2. Rejects with a fault of the JWT
 * policies for a key that cannot be used. Apigee: "Using JWT OAuth tokens".
 */
export function compileSigning(
  { protection, key, header, claims }: JwtConfig,
  context: OAuthContext,
): (flow: FlowContext, token: IssuedToken) => Promise<string> {
  const reading = { faults: jwtFaults, context, ignoreUnresolved: false };
  const making = { protection: whole(protection), key: whole(key), header, compresses: false };
  const make = compileMaking(making, reading);
  const additional = compileClaims(claims, reading);
  return (flow, { clientId, endUser, scopes, issuedAt, expiresAt }) => {
    const held = new Map<string, Json>();
    for (const [name, value] of additional(flow)) if (value !== undefined) held.set(name, value);
    held.set("iss", `${new URL(flow.url).origin}${flow.identity.basePath}`);
    held.set("sub", endUser ?? clientId);
    held.set("jti", flow.exchange.uuid());
    held.set("iat", Math.floor(issuedAt / 1000));
    if (expiresAt !== null) held.set("exp", Math.floor(expiresAt / 1000));
    held.set("client_id", clientId);
    if (scopes.length > 0) held.set("scope", scopes.join(" "));
    return make(flow, new TextEncoder().encode(JSON.stringify(Object.fromEntries(held))));
  };
}

/**
 * Compiles what reads an access token that is a JWT: its claims, once its signature, its type and its times are right. Rejects
 * as for any other token that does not count, whatever is wrong with it.
 */
export function compileJwtVerification(
  { protection, key, critical }: JwtConfig,
  context: OAuthContext,
): (flow: FlowContext, text: string) => Promise<JsonObject> {
  const { policy } = context;
  const reading = { faults: jwtFaults, context, ignoreUnresolved: false };
  const verify = compileVerification({ protection: whole(protection), key: whole(key), critical }, reading);
  const times = { allowance: 0, ignoresIssuedAt: false, lifespan: null };

  async function claimsOf(flow: FlowContext, text: string): Promise<JsonObject> {
    const token = parseToken(text);
    const type = token && token !== "json" ? token.header.typ : null;
    if (token === null || token === "json") throw jwtFaults.invalidToken(policy);
    // An ID token of the same issuer, for one, is no access token.
    if (typeof type !== "string" || type.toLowerCase() !== TYPE.toLowerCase())
      throw jwtFaults.invalidToken(policy);
    const json = decodeUtf8(await verify(flow, token), "keep");
    const claims = json === null ? null : parseObject(json);
    const fault = claims === null ? jwtFaults.invalidJson(policy) : null;
    if (claims === null || fault) throw fault;
    const wrong = faultOfTimes(claims, times, flow.exchange.now(), jwtFaults, policy);
    if (wrong) throw wrong;
    return claims;
  }

  return async (flow, text) => {
    try {
      return await claimsOf(flow, text);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      const isExpired = thrown.code === jwtFaults.expired.code;
      throw (isExpired ? faults.expired() : faults.unknownAccessToken()).causedBy(thrown);
    }
  };
}
