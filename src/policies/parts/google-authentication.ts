import { type GoogleAuthentication, LONGEST_LIFETIME } from "../../connections/read-authentication.ts";
import type { GoogleIdentity, TokenSource } from "../../credentials/google-tokens.ts";
import { TokenError } from "../../credentials/token-error.ts";
import { EgressError } from "../../egress/error.ts";
import { splitQuery } from "../../egress/url.ts";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import { type Fault, faultType } from "../../flow/fault.ts";
import { isToken } from "../../text/token.ts";
import type { PolicyContext } from "../policy-type.ts";

/** A header that proves to a service who is calling. */
export interface TokenHeader {
  readonly name: string;
  readonly value: string;
}

/**
 * Finds the token for a target; see {@link buildAuthentication}.
 * @param targetUrl the target's own URL, without what a request adds: it may be the audience, and so the token
 * is the same for all paths below it
 */
export type Authenticate = (targetUrl: string) => TokenHeader | Promise<TokenHeader>;

/** What authentication is built with: a policy's own context, or that of a target endpoint. */
export type AuthenticationContext = Pick<PolicyContext<"google">, "variable" | "google">;

/** An ID token with neither an audience nor the target's URL for it. */
export const emptyIdTokenAudience = faultType(
  "googletoken.EmptyIDTokenAudience",
  500,
  () => "The audience of the ID token is empty",
);

export const googleTokenGenerationFailure = faultType(
  "messaging.adaptors.http.filter.GoogleTokenGenerationFailure",
  500,
  () => "Failed to generate a Google token",
);

/** A wait for a token ends before the call's own time does, so that the fault says what went wrong. */
const SHARE_OF_TIMEOUT = 0.9;

/**
 * Compiles an `<Authentication>`. The first call reads its variables, and what it returns gets the token: at
 * once when it is in memory. Apigee: "Using Google authentication".
 *
 * Faults (500): `googletoken.EmptyIDTokenAudience`,
 * `messaging.adaptors.http.filter.GoogleTokenGenerationFailure`. Their cause says more.
 */
export function buildAuthentication(
  { at, headerName, headerNameRef, token }: GoogleAuthentication,
  context: AuthenticationContext,
): (flow: FlowContext, timeoutMs: number) => Authenticate {
  const identity = context.google.identity(at);
  const headerOf = buildHeaderName(headerName, headerNameRef, context);
  const sourceOf =
    token.kind === "access"
      ? buildAccessToken(token, identity, context)
      : buildIdToken(token, identity, context);

  return function prepareToken(flow, timeoutMs) {
    const name = headerOf(flow);
    const source = sourceOf(flow);
    return function authenticate(url) {
      const value = source(url).get(flow.exchange);
      if (typeof value === "string") return { name, value };
      return flow.exchange.within(timeoutMs * SHARE_OF_TIMEOUT, value).then(
        (value) => ({ name, value }),
        (error) => {
          throw error instanceof TokenError || error instanceof EgressError ? failure(error) : error;
        },
      );
    };
  };
}

/** Headers with the token, as a copy: the request message, and with it the flow's variables, never shows it. */
export async function withToken(
  headers: Headers,
  token: TokenHeader | Promise<TokenHeader>,
): Promise<Headers> {
  const sent = new Headers(headers);
  const { name, value } = await token;
  sent.set(name, value);
  return sent;
}

type SourceOf = (flow: FlowContext) => (url: string) => TokenSource;
type IdToken = GoogleAuthentication["token"] & { kind: "id" };
type AccessToken = GoogleAuthentication["token"] & { kind: "access" };

function buildAccessToken(
  { scopes, lifetime, lifetimeRef }: AccessToken,
  identity: GoogleIdentity,
  context: AuthenticationContext,
): SourceOf {
  const configured = identity.source({ kind: "access", scopes, lifetime });
  if (lifetimeRef === null) return () => () => configured;
  const read = buildRef(lifetimeRef, context);
  return (flow) => {
    const text = read(flow);
    const seconds = text === null ? lifetime : lifetimeFrom(text);
    const source =
      seconds === lifetime ? configured : identity.source({ kind: "access", scopes, lifetime: seconds });
    return () => source;
  };
}

function buildIdToken(
  { audience, audienceRef, useTargetUrl, includeEmail, includeEmailRef }: IdToken,
  identity: GoogleIdentity,
  context: AuthenticationContext,
): SourceOf {
  if (audience !== null && audienceRef === null && includeEmailRef === null) {
    const configured = identity.source({ kind: "id", audience, includeEmail });
    return () => () => configured;
  }
  const readAudience = audienceRef === null ? () => null : buildRef(audienceRef, context);
  const readEmail = includeEmailRef === null ? () => null : buildRef(includeEmailRef, context);
  return (flow) => {
    const named = readAudience(flow) ?? audience;
    const email = readEmail(flow);
    const withEmail = email === null ? includeEmail : email.toLowerCase() === "true";
    return (url) => {
      const found = named ?? (useTargetUrl ? splitQuery(url)[0] : "");
      if (found === "") {
        throw emptyIdTokenAudience();
      }
      return identity.source({ kind: "id", audience: found, includeEmail: withEmail });
    };
  };
}

function buildHeaderName(
  headerName: string,
  nameRef: string | null,
  context: AuthenticationContext,
): (flow: FlowContext) => string {
  if (nameRef === null) return () => headerName;
  const read = buildRef(nameRef, context);
  return (flow) => {
    const name = read(flow) ?? headerName;
    if (isToken(name)) return name;
    throw failure(new TokenError(`The variable ${nameRef} does not hold the name of a header.`));
  };
}

/** A variable's text; null when it has no value or an empty one. */
function buildRef(name: string, context: AuthenticationContext): (flow: FlowContext) => string | null {
  const { get } = context.variable(name);
  return (flow) => textOf(get(flow)).trim() || null;
}

function lifetimeFrom(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= LONGEST_LIFETIME) return seconds;
  throw failure(new TokenError(`The lifetime of the token must be 1 to ${LONGEST_LIFETIME} seconds.`));
}

function failure(cause: Error): Fault {
  return googleTokenGenerationFailure().causedBy(cause);
}
