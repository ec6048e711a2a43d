import { Buffer } from "node:buffer";
import { type EgressPolicy, policyOf } from "../egress/egress-policy.ts";
import { readEgressRule } from "../egress/rule.ts";
import { compileRules } from "../egress/rule-set.ts";
import { splitQuery } from "../egress/url.ts";
import { type AuthenticatedRequest, isHeaderText } from "./authenticate.ts";
import { SourceError } from "./error.ts";
import type { Source } from "./source.ts";

/** A secret that is bound to hosts, and what code sees in its place. */
export interface BoundSecret {
  readonly name: string;
  readonly placeholder: string;
  readonly value: string;
  /** Where the secret may go. */
  readonly hosts: Pick<EgressPolicy, "check">;
}

export interface SourceSecrets {
  /** What code reads, by name: secrets, and placeholders of those that are bound to hosts. */
  readonly readable: Readonly<Record<string, string>>;
  readonly bound: readonly BoundSecret[];
}

/** What every placeholder begins with; nothing in it has to be escaped in a URL. */
const PREFIX = "sortie_secret_";

/**
 * What code may read of a source's secrets. The additional secrets that are set, and nothing else: what the
 * source authenticates with stays in the gateway. Those that are bound to hosts are placeholders, made afresh:
 * keep the result for as long as code may remember one, which is as long as its isolate lives.
 *
 * @param secrets everything that is set for the source, by name
 */
export function placeholdersFor(
  { additionalSecrets }: Source,
  secrets: Readonly<Record<string, string>>,
): SourceSecrets {
  const declared = additionalSecrets.flatMap(({ name, hosts }) => {
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    return value ? [{ name, hosts, value }] : [];
  });
  const bound = declared.flatMap(({ name, hosts, value }): BoundSecret[] =>
    hosts ? [{ name, value, placeholder: newPlaceholder(), hosts: policyFor(hosts) }] : [],
  );
  const placeholders = bound.map(({ name, placeholder }) => [name, placeholder] as const);
  const plain = declared.flatMap(({ name, hosts, value }) => (hosts ? [] : [[name, value] as const]));
  return { readable: Object.fromEntries([...plain, ...placeholders]), bound };
}

/**
 * Puts secrets in place of their placeholders in the headers and the query string of a request that goes to a
 * host that they are bound to, also inside Basic credentials. To any other host the placeholder goes as it is.
 * A body is never touched. Throws {@link SourceError} SecretNotSendable.
 */
export function replacePlaceholders(
  request: AuthenticatedRequest,
  bound: readonly BoundSecret[],
): AuthenticatedRequest {
  const mine = bound.filter(({ hosts }) => hosts.check(request.url) === null);
  if (mine.length === 0) return request;
  return { url: inQuery(request.url, mine), headers: inHeaders(request.headers, mine) };
}

function inQuery(url: string, secrets: readonly BoundSecret[]): string {
  const [path, query] = splitQuery(url);
  if (!query.includes(PREFIX)) return url;
  return `${path}?${replaced(query, secrets, ({ value }) => encodeURIComponent(value))}`;
}

function inHeaders(headers: Headers, secrets: readonly BoundSecret[]): Headers {
  let changed: Headers | null = null;
  for (const [name, text] of headers) {
    const value = inHeader(text, secrets);
    if (value === text) continue;
    changed ??= new Headers(headers);
    changed.set(name, value);
  }
  return changed ?? headers;
}

function inHeader(text: string, secrets: readonly BoundSecret[]): string {
  const [, scheme, credentials] = /^(basic) +([A-Za-z0-9+/]+=*)$/i.exec(text) ?? [];
  if (credentials === undefined) return text.includes(PREFIX) ? replaced(text, secrets, forHeader) : text;
  const pair = Buffer.from(credentials, "base64").toString("latin1");
  if (!pair.includes(PREFIX)) return text;
  const bytes = ({ value }: BoundSecret) => Buffer.from(value).toString("latin1");
  return `${scheme} ${Buffer.from(replaced(pair, secrets, bytes), "latin1").toString("base64")}`;
}

function replaced(
  text: string,
  secrets: readonly BoundSecret[],
  write: (secret: BoundSecret) => string,
): string {
  return secrets.reduce((result, secret) => result.replaceAll(secret.placeholder, () => write(secret)), text);
}

function forHeader({ name, value }: BoundSecret): string {
  if (isHeaderText(value)) return value;
  throw new SourceError("SecretNotSendable", `Secret with name ${name} cannot be sent in a header.`);
}

function newPlaceholder(): string {
  return PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("hex");
}

/** Whether a secret may be sent to a URL: everywhere, when it is not bound to hosts. */
export function secretGoesTo({ hosts }: Source["additionalSecrets"][number], url: string): boolean {
  return hosts === null || policyFor(hosts).check(url) === null;
}

function policyFor(hosts: readonly string[]): EgressPolicy {
  // Why a host gets no secret is nobody's error, so the refusal is not shown.
  return policyOf(compileRules(hosts.map(readEgressRule)), ({ hostname }) => ({
    host: hostname,
    port: null,
    reason: "the secret is not bound to it",
    rule: null,
    remedy: "",
  }));
}
