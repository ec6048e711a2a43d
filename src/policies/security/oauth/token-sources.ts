import type { App } from "../../../clients/entities.ts";
import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { compileSaid, readCount } from "../../traffic/limits/said-value.ts";
import type { JsonObject } from "../tokens/json.ts";
import { keyUrls } from "../tokens/read-key.ts";
import { faults } from "./faults.ts";
import { compileJwtVerification, type JwtConfig, readJwt } from "./jwt.ts";
import type { OAuthContext } from "./operation.ts";
import { scopesIn } from "./scopes.ts";

/** Where it stands what is known of an access token. */
export interface TokenSource<Config = unknown> {
  /** Reads the elements that are its own. */
  read(xml: XmlElement, report: Report): Config;
  /** Where it asks for keys. */
  urls(config: Config): readonly string[];
  /** Compiles the look-up of a token; null for one that nobody has issued. */
  build(
    config: Config,
    context: OAuthContext,
  ): (flow: FlowContext, text: string) => IssuedToken | null | Promise<IssuedToken | null>;
}

/** For how long an isolate believes what it remembers of a token: as long as Apigee does. */
const DEFAULT_CACHE: Said = { ref: null, text: "180" };

/** The store of tokens. Problems: the warning InvalidCacheExpiry. */
export const storedTokens: TokenSource = {
  read: (xml, report) => readCache(xml.child("CacheExpiryInSeconds"), report),
  urls: () => [],
  build(config, context) {
    const { issuedTokens } = context;
    const maxAgeMs = compileMaxAge(config as Said, context);
    return (flow, text) => issuedTokens.find("access", text, maxAgeMs(flow), flow.exchange);
  },
};

function readCache(element: XmlElement | undefined, report: Report): Said {
  if (!element) return DEFAULT_CACHE;
  const { ref, text } = readSaid(element);
  if (text === "") return { ref, text: DEFAULT_CACHE.text };
  if (readCount(text) === null) {
    report.warning(
      "InvalidCacheExpiry",
      element,
      `<CacheExpiryInSeconds> is ${JSON.stringify(text)}; so every token is looked up.`,
      "Write a number of seconds.",
    );
  }
  return { ref, text };
}

/** Milliseconds. What is no number of seconds lets nothing be remembered. */
function compileMaxAge(cache: Said, context: OAuthContext): (flow: FlowContext) => number {
  const textOf = compileSaid(cache, context);
  return (flow) => 1000 * (readCount(textOf(flow) ?? "") ?? 0);
}

/** The token itself, which is a JWT; what it does not say is as its app has it now. */
export const signedTokens: TokenSource = {
  read: (xml, report) => readJwt(xml, "verify", report),
  urls: (config) => keyUrls((config as JwtConfig).key),
  build(config, context) {
    const claimsOf = compileJwtVerification(config as JwtConfig, context);
    return async (flow, text) => {
      const claims = await claimsOf(flow, text);
      const clientId = claims.client_id;
      if (typeof clientId !== "string") throw faults.unknownAccessToken();
      const app = await context.directory.app({ consumerKey: clientId }, flow.exchange);
      return tokenOf(text, claims, clientId, app);
    };
  },
};

function tokenOf(token: string, claims: JsonObject, clientId: string, app: App | null): IssuedToken {
  const { sub, scope, iat, exp } = claims;
  const credential = app?.credentials.find(({ consumerKey }) => consumerKey === clientId);
  return {
    kind: "access",
    token,
    sibling: null,
    clientId,
    appId: app?.appId ?? "",
    products: (credential?.apiProducts ?? []).map(({ apiproduct }) => apiproduct),
    scopes: typeof scope === "string" ? scopesIn(scope) : [],
    grantType: "",
    endUser: typeof sub === "string" && sub !== clientId ? sub : null,
    attributes: Object.entries(claims).flatMap(([name, value]) =>
      typeof value === "string" && !REGISTERED.has(name) ? [{ name, value, display: true }] : [],
    ),
    status: "approved",
    issuedAt: typeof iat === "number" ? iat * 1000 : 0,
    expiresAt: typeof exp === "number" ? exp * 1000 : null,
    refreshCount: 0,
    redirectUri: null,
    state: null,
  };
}

/** Claims that every such token has. */
const REGISTERED: ReadonlySet<string> = new Set(["iss", "sub", "jti", "client_id", "scope"]);
