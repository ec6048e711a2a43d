import { env, exports } from "cloudflare:workers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { OutboundApplication } from "../../src/credentials/oauth/application.ts";
import { currentKey } from "../../src/environment/document.ts";
import { servedBy } from "../../src/worker/gateways.ts";
import { Scripted } from "../credentials/script.ts";

export const ORIGIN = "https://gateway.test";

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
const issuer = new Scripted();
await issuer.answers({ body: { keys: [{ ...(await exportJWK(publicKey)), kid: "key-1" }] } });

/** The environment's issuer. */
export const defaultIdentity = {
  issuer: issuer.url,
  audience: "the gateway",
  jwksUri: `${issuer.url}/jwks`,
  allowAnonymous: true,
  groupsClaim: null,
};

let generation = 0;

/** Deploys outbound applications to the Worker under test, which serves them when this resolves. */
export async function deployApplications(
  applications: readonly OutboundApplication[],
  identity: object = {},
): Promise<void> {
  const document = {
    format: 1,
    organization: "test",
    environment: "local",
    generation: ++generation,
    deployedAt: new Date(generation).toISOString(),
    proxies: [],
    sharedFlows: [],
    flowHooks: {},
    targetServers: [],
    keyValueMaps: {},
    egress: { allow: [], advice: "list" },
    outboundApplications: applications,
    identity: { ...defaultIdentity, ...identity },
    audit: { destination: "none" },
  };
  await env.CONFIG.put(currentKey("local"), JSON.stringify(document));
  await servedBy(env).gateway.refresh();
}

/** The id that a user has here. */
export const idOf = (user: string) => `${issuer.url}#${user}`;

/** A token as the environment's issuer signs it. */
export function tokenOf(user: string, claims: object = {}): Promise<string> {
  return new SignJWT({ iss: issuer.url, sub: user, aud: "the gateway", ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "key-1" })
    .setExpirationTime("1h")
    .sign(privateKey);
}

/** A page as somebody sees it. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A browser of a user who is signed in; of nobody for null. Redirects are not followed. */
export async function browse(user: string | null, path: string, init: RequestInit = {}): Promise<Seen> {
  const headers = new Headers(init.headers);
  if (user !== null) headers.set("cookie", `CF_Authorization=${await tokenOf(user)}`);
  const url = new URL(path, ORIGIN);
  const response = await exports.default.fetch(url, { redirect: "manual", ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends a form of a page of the gateway's own. */
export function submit(user: string | null, path: string, form: Record<string, string> = {}): Promise<Seen> {
  const headers = { origin: ORIGIN, "sec-fetch-site": "same-origin" };
  return browse(user, path, { method: "POST", body: new URLSearchParams(form), headers });
}

/** Begins a consent, and returns what the authorization server gets. */
export async function beginConsent(user: string, name: string, returnTo = "/back"): Promise<URLSearchParams> {
  const { text } = await submit(user, `/_sortie/oauth/${name}/authorize`, { return_to: returnTo });
  const href = /<a class="button" href="([^"]+)">/.exec(text)?.[1] ?? "";
  return new URL(href.replaceAll("&amp;", "&")).searchParams;
}

/** The authorization server sends the browser back with a code. */
export function callBack(
  user: string | null,
  name: string,
  parameters: Record<string, string>,
): Promise<Seen> {
  return browse(user, `/_sortie/oauth/${name}/callback?${new URLSearchParams(parameters)}`);
}

/** A whole consent; the token endpoint's answers have to be said before. */
export async function consent(user: string, name: string, returnTo?: string): Promise<Seen> {
  const state = (await beginConsent(user, name, returnTo)).get("state") ?? "";
  return callBack(user, name, { state, code: "code-1" });
}
