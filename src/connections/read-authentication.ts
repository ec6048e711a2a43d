import type { XmlElement } from "../documents/element.ts";
import { readBoolean, readBooleanAttribute, readInteger } from "../documents/read.ts";
import { type Position, positionOf, type Report } from "../documents/report.ts";
import { isToken } from "../text/token.ts";

/**
 * An `<Authentication>` as configured. A `ref` names a flow variable, whose value counts when it has one.
 * Apigee: "Using Google authentication" and "ServiceCallout policy" (Authentication).
 */
export interface GoogleAuthentication {
  readonly at: Position;
  /** The header for the token, in lower case, without a value from `ref`: `authorization` unless configured. */
  readonly headerName: string;
  readonly headerNameRef: string | null;
  readonly token: GoogleAccessToken | GoogleIdToken;
}

export interface GoogleAccessToken {
  readonly kind: "access";
  readonly scopes: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly lifetimeRef: string | null;
}

export interface GoogleIdToken {
  readonly kind: "id";
  /** Null without a text. */
  readonly audience: string | null;
  readonly audienceRef: string | null;
  /** Whether the target's URL without query is the audience when there is no other. */
  readonly useTargetUrl: boolean;
  readonly includeEmail: boolean;
  readonly includeEmailRef: string | null;
}

/** The longest lifetime that the IAM Credentials API gives to an access token. Seconds. */
export const LONGEST_LIFETIME = 43_200;

/**
 * Reads an `<Authentication>`; null when it is not valid. Reports AuthenticationAmbiguous, TokenTypeMissing,
 * ScopeMissing, InvalidScope, AudienceMissing, InvalidHeaderName, InvalidInteger and InvalidBoolean.
 * @param options.accessTokens false where a policy takes ID tokens only (TokenTypeNotSupported)
 */
export function readAuthentication(
  xml: XmlElement,
  report: Report,
  options: { accessTokens?: boolean } = {},
): GoogleAuthentication | null {
  const header = xml.child("HeaderName");
  const headerName = header?.text().toLowerCase() || "authorization";
  if (header && !isToken(headerName)) {
    const message = `"${header.text()}" cannot be the name of a header.`;
    report.error("InvalidHeaderName", header, message, "Write a name such as X-Serverless-Authorization.");
  }
  const token = readToken(xml, report, options.accessTokens ?? true);
  return token && { at: positionOf(xml), headerName, headerNameRef: ref(header), token };
}

function readToken(
  xml: XmlElement,
  report: Report,
  accessTokens: boolean,
): GoogleAccessToken | GoogleIdToken | null {
  const access = xml.child("GoogleAccessToken");
  const id = xml.child("GoogleIDToken");
  if (access && id) {
    const message = "There are both <GoogleAccessToken> and <GoogleIDToken>.";
    report.error("AuthenticationAmbiguous", id, message, "Keep the one that the service asks for.");
    xml.ignore("GoogleAccessToken", "GoogleIDToken");
    return null;
  }
  if (access && !accessTokens) {
    const message = "<GoogleAccessToken> cannot be used here.";
    report.error("TokenTypeNotSupported", access, message, "Use <GoogleIDToken>.");
    xml.ignore("GoogleAccessToken");
    return null;
  }
  if (access) return readAccessToken(access, report);
  if (id) return readIdToken(id, report);
  const choice = accessTokens ? "<GoogleAccessToken> or <GoogleIDToken>" : "<GoogleIDToken>";
  report.error("TokenTypeMissing", xml, "It does not say which token to send.", `Add ${choice}.`);
  return null;
}

function readAccessToken(xml: XmlElement, report: Report): GoogleAccessToken {
  const elements = xml.child("Scopes")?.children("Scope") ?? [];
  const scopes = elements.map((scope) => scope.text());
  if (scopes.length === 0) {
    const message = "An access token needs at least one scope.";
    report.error("ScopeMissing", xml, message, "Add <Scopes> with a <Scope>.");
  }
  for (const [index, scope] of scopes.entries()) {
    // RFC 6749: printable ASCII without space, quote and backslash.
    if (/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) continue;
    report.warning(
      "InvalidScope",
      elements[index] ?? xml,
      scope === "" ? "The scope is empty." : `${scope} is not a scope; Google will refuse it.`,
      "Write one scope without quotes, such as https://www.googleapis.com/auth/cloud-platform.",
    );
  }
  const lifetime = xml.child("LifetimeInSeconds");
  const bounds = { minimum: 1, maximum: LONGEST_LIFETIME };
  return {
    kind: "access",
    scopes,
    lifetime: readInteger(lifetime, 3600, report, bounds),
    lifetimeRef: ref(lifetime),
  };
}

function readIdToken(xml: XmlElement, report: Report): GoogleIdToken {
  const audience = xml.child("Audience");
  const useTargetUrl = audience ? readBooleanAttribute(audience, "useTargetUrl", false, report) : false;
  const audienceRef = ref(audience);
  const text = audience?.text() || null;
  if (text === null && audienceRef === null && !useTargetUrl) {
    report.warning(
      "AudienceMissing",
      audience ?? xml,
      "The ID token has no audience: every call will fail with EmptyIDTokenAudience.",
      "Write the service's URL into <Audience>, or set useTargetUrl to true.",
    );
  }
  const includeEmail = xml.child("IncludeEmail");
  return {
    kind: "id",
    audience: text,
    audienceRef,
    useTargetUrl,
    includeEmail: readBoolean(includeEmail, false, report),
    includeEmailRef: ref(includeEmail),
  };
}

/** A variable's name; braces around it, as some pages write them, say nothing more. */
function ref(element: XmlElement | undefined): string | null {
  const name = element?.attribute("ref")?.trim() ?? "";
  return (/^\{(.+)\}$/.exec(name)?.[1] ?? name).trim() || null;
}
