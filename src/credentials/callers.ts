import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Caller } from "./caller.ts";
import { CallerError } from "./caller-error.ts";
import { isCrossSite } from "./cross-site.ts";
import type { IdentitySettings } from "./identity.ts";
import { type GetDocument, IssuerKeys } from "./issuer-keys.ts";

/** Signatures that a public key verifies: nobody who can verify a token can make one. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** How far the issuer's clock may be from this one. Seconds. */
export const CLOCK_TOLERANCE_S = 10;

/** No token is longer. Characters. */
const LONGEST_TOKEN = 16_384;

/** A token and whether a browser adds it to requests by itself. */
interface FoundToken {
  readonly jwt: string;
  readonly isAmbient: boolean;
}

/** Tells who requests are from, by the JSON Web Tokens that the environment's issuer has signed. */
export class Callers {
  readonly #identity: IdentitySettings | null;
  readonly #keys: IssuerKeys | null;
  readonly #now: () => number;

  /** @param identity null when the environment has no issuer: then nobody is anybody */
  constructor(identity: IdentitySettings | null, get: GetDocument, now: () => number = Date.now) {
    this.#identity = identity;
    this.#keys = identity && new IssuerKeys(identity, get, now);
    this.#now = now;
  }

  /**
   * The caller, by the token in `Authorization: Bearer`, in Cloudflare Access's header `Cf-Access-Jwt-Assertion`,
   * or in its cookie `CF_Authorization`, in this order. Rejects with {@link CallerError}.
   */
  async identify(request: Request): Promise<Caller> {
    if (!this.#identity || !this.#keys) {
      throw new CallerError(
        "MissingCredentials",
        "The environment does not say whose tokens identify callers. Add identity.json to its settings.",
      );
    }
    const found = tokenOf(request.headers);
    if (!found) {
      if (this.#identity.allowAnonymous) return { kind: "anonymous" };
      throw new CallerError("MissingCredentials", `A token of ${this.#identity.issuer} is missing.`);
    }
    if (found.isAmbient && isCrossSite(request)) {
      throw new CallerError("CrossSiteRequest", "A page of another site may not act for a user.");
    }
    return callerOf(this.#identity, await this.#verify(found.jwt, this.#identity, this.#keys));
  }

  async #verify(jwt: string, { issuer, audience }: IdentitySettings, keys: IssuerKeys): Promise<JWTPayload> {
    if (jwt.length > LONGEST_TOKEN) throw new CallerError("InvalidCredentials", "The token is too long.");
    try {
      const { payload } = await jwtVerify(jwt, keys.find, {
        issuer,
        ...(audience !== null && { audience }),
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.#now()),
      });
      return payload;
    } catch (cause) {
      if (cause instanceof CallerError) throw cause;
      throw new CallerError("InvalidCredentials", `The token is not valid: ${reasonOf(cause)}.`, { cause });
    }
  }
}

function tokenOf(headers: Headers): FoundToken | null {
  const authorization = headers.get("authorization") ?? "";
  if (/^bearer(?: |$)/i.test(authorization)) {
    return { jwt: authorization.slice("bearer ".length).trim(), isAmbient: false };
  }
  const jwt = headers.get("cf-access-jwt-assertion") ?? cookieOf(headers, "CF_Authorization");
  return jwt === null ? null : { jwt, isAmbient: true };
}

function cookieOf(headers: Headers, name: string): string | null {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return null;
}

/**
 * A program is one whose token says so: it has no subject, as the service tokens of Cloudflare Access, or the
 * subject is the client itself (RFC 9068), or it names the grant.
 */
function callerOf({ issuer, groupsClaim }: IdentitySettings, claims: JWTPayload): Caller {
  const { sub = "" } = claims;
  const client = textOf(claims, "client_id") ?? textOf(claims, "common_name") ?? textOf(claims, "azp") ?? "";
  const isService =
    sub === "" || sub === claims.client_id || /^client[-_]credentials$/.test(textOf(claims, "gty") ?? "");
  const subject = sub || client;
  if (subject === "")
    throw new CallerError("InvalidCredentials", "The token names nobody: it has no subject.");
  const id = userId(issuer, subject);
  if (isService) return { kind: "service", id, name: client || subject };
  const email = textOf(claims, "email");
  const username = textOf(claims, "preferred_username");
  const name = email ?? username ?? textOf(claims, "name") ?? subject;
  const login = (claims.email_verified === false ? null : email) ?? username ?? subject;
  const groups = groupsClaim === null ? [] : textsOf(claims[groupsClaim]);
  return { kind: "user", id, name, login, ...(groups.length > 0 && { groups }) };
}

/** The id of an issuer's user. An issuer has no fragment, so no two users share one. */
export function userId(issuer: string, subject: string): string {
  return `${issuer}#${subject}`;
}

function textOf(claims: JWTPayload, name: string): string | null {
  const claim = claims[name];
  return typeof claim === "string" && claim !== "" ? claim : null;
}

/** No user is in more groups; a token has no room for many more. */
const MOST_GROUPS = 1_000;

function textsOf(claim: unknown): string[] {
  const all: unknown[] = Array.isArray(claim) ? claim : [claim];
  return all.filter((each) => typeof each === "string").slice(0, MOST_GROUPS);
}

/** In our words: jose's messages speak of headers and options. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === "missing"
      ? `it has no claim "${error.claim}"`
      : `its claim "${error.claim}" is not accepted`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature does not verify";
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not accepted";
  if (error instanceof errors.JWKSNoMatchingKey) return "the issuer has no such key";
  return "it is no signed JSON Web Token";
}
