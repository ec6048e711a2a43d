import { Buffer } from "node:buffer";
import type { OAuthCredentials } from "../credentials/user-credentials.ts";
import { splitQuery } from "../egress/url.ts";
import { domainOf } from "./connection.ts";
import { SourceError } from "./error.ts";
import type { Source } from "./source.ts";

/** What authentication changes of a request. */
export interface AuthenticatedRequest {
  readonly url: string;
  readonly headers: Headers;
}

/** Foundry's words for a source that wants the token of a user where there is none. */
export const CREDENTIALS_NOT_RESOLVED = "Resolved source credentials are not present on the Source.";

/**
 * Adds what proves to a source who is calling, if the URL is the source's own: the same scheme, host and port.
 * A request to anywhere else is given back as it is. A header or query parameter of the same name that code
 * set is replaced: the source decides. Throws {@link SourceError}, whose message holds no secret.
 *
 * @param request its headers are left as they are
 * @param secret the value of a secret by its name; undefined or empty when it is not set
 * @param credentials the calling user's, for sources with the authentication `oauth2`
 */
export function authenticate(
  source: Source,
  request: AuthenticatedRequest,
  secret: (name: string) => string | undefined,
  credentials: OAuthCredentials | null,
): AuthenticatedRequest {
  const auth = domainOf(source, request.url)?.auth ?? { type: "none" };
  switch (auth.type) {
    case "none":
      return request;
    case "basic": {
      const pair = Buffer.from(`${auth.username}:${required(auth.password, secret)}`);
      return withHeader(request, "Authorization", `Basic ${pair.toString("base64")}`);
    }
    case "bearerToken":
      return withHeader(request, "Authorization", `Bearer ${sendable(auth.bearerToken, secret)}`);
    case "apiKey": {
      const { location, apiKey } = auth;
      if (location.type === "header") {
        return withHeader(request, location.headerName, sendable(apiKey, secret));
      }
      const url = withParameter(request.url, location.queryParameterName, required(apiKey, secret));
      return { ...request, url };
    }
    case "oauth2":
      if (!credentials) throw new SourceError("CredentialsNotResolved", CREDENTIALS_NOT_RESOLVED);
      return withHeader(
        request,
        "Authorization",
        `Bearer ${inHeader(credentials.accessToken, "The access token")}`,
      );
  }
}

/** Foundry: an empty secret is not there. */
function required(name: string, secret: (name: string) => string | undefined): string {
  const value = secret(name);
  if (value) return value;
  throw new SourceError("SecretNotFound", `Secret with name ${name} not found on the Source.`);
}

function sendable(name: string, secret: (name: string) => string | undefined): string {
  return inHeader(required(name, secret), `Secret with name ${name}`);
}

/** Checked here, because the platform's error would show the value. */
function inHeader(value: string, what: string): string {
  if (isHeaderText(value)) return value;
  throw new SourceError(
    "SecretNotSendable",
    `${what} cannot be sent in a header: it holds a line break, a space at its edge or a letter outside ASCII.`,
  );
}

/** Whether a text arrives as it is when it is sent in a header. */
export function isHeaderText(text: string): boolean {
  return /^[!-~](?:[ -~\t]*[!-~])?$/.test(text);
}

function withHeader({ url, headers }: AuthenticatedRequest, name: string, value: string) {
  const changed = new Headers(headers);
  changed.set(name, value);
  return { url, headers: changed };
}

/** Other parameters stay as they are written. A fragment, which is never sent, is left out. */
function withParameter(url: string, name: string, value: string): string {
  const [path, query] = splitQuery(url.replace(/#.*$/s, ""));
  const others = query.split("&").filter((part) => part !== "" && !new URLSearchParams(part).has(name));
  return `${path}?${[...others, new URLSearchParams([[name, value]])].join("&")}`;
}
