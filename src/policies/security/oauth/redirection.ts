import type { App } from "../../../clients/entities.ts";
import { requestFaults } from "./faults.ts";
import { bounded } from "./issue.ts";

/** The addresses that an app has registered. Apigee: "Advanced OAuth 2.0 topics" (Designating multiple redirect URIs). */
export function registeredRedirections({ callbackUrl }: App): readonly string[] {
  return callbackUrl
    .split(",")
    .map((uri) => uri.trim())
    .filter((uri) => uri !== "");
}

/**
 * Where the answer to an authorization request goes: to the address that it names, which has to be one that the app has
 * registered, or else to the only one of these. An app that has registered none takes any, for the flow to check.
 * Apigee: "Advanced OAuth 2.0 topics", "Get OAuth 2.0 tokens" (redirect_uri). Format: RFC 6749, section 3.1.2.
 */
export function redirectionOf(asked: string, app: App): string {
  const registered = registeredRedirections(app);
  const [only, another] = registered;
  if (asked === "" && (only === undefined || another !== undefined)) throw requestFaults.noRedirection();
  const uri = asked === "" ? (only ?? "") : bounded(asked, "The redirection uri");
  const isRegistered = registered.length === 0 || registered.includes(uri);
  // A fragment would hide what is added, and a script is no address.
  const url = VISIBLE.test(uri) ? URL.parse(uri) : null;
  const isAddress = url !== null && !uri.includes("#") && !SCRIPTS.has(url.protocol);
  if (!isRegistered || !isAddress) throw requestFaults.invalidRedirection(uri);
  return uri;
}

/** What a header can carry, and what no parser of addresses leaves out. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** Schemes by which a browser would run what follows, or show it. */
const SCRIPTS: ReadonlySet<string> = new Set(["javascript:", "data:", "vbscript:", "blob:", "file:"]);

/** An address with parameters in its query or its fragment; empty ones are left out. */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string>>,
  place: "query" | "fragment",
): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  const text = String(new URLSearchParams(given));
  if (place === "fragment") return `${uri}#${text}`;
  return `${uri}${uri.includes("?") ? "&" : "?"}${text}`;
}
