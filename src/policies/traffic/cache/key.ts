import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import { readOneOf } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { type CacheKey, textOfKey } from "../../../stores/caches.ts";
import { compileTextOrRef, readTextOrRef, refOf, type TextOrRef } from "../../parts/text-or-ref.ts";
import type { PolicyContext } from "../../policy-type.ts";

const cacheScopes = ["Global", "Application", "Proxy", "Target", "Exclusive"] as const;

export type CacheScope = (typeof cacheScopes)[number];

/** How a policy names its entry. Apigee: "Working with cache keys". */
export interface KeyParts {
  /** The name of the cache; empty for the shared one. */
  readonly cache: string;
  /** What a key begins with; null for what the scope says. */
  readonly prefix: TextOrRef | null;
  readonly scope: CacheScope;
  readonly fragments: readonly TextOrRef[];
}

/** Names that take the place of those where the policy runs. Apigee: "InvalidateCache policy" (CacheContext). */
export interface CacheContext {
  readonly proxy: string | null;
  readonly proxyEndpoint: string | null;
  readonly targetEndpoint: string | null;
}

/**
 * Reads CacheKey, Scope and CacheResource. Reports UnknownElement and UnknownAttribute where a part of the key is lost,
 * and the warnings CacheKeyMissing and LiteralKeyFragment.
 */
export function readKeyParts(xml: XmlElement, report: Report): KeyParts {
  const key = xml.child("CacheKey");
  if (key) refuseLostParts(key, report);
  const prefix = key?.child("Prefix");
  const fragments = key?.children("KeyFragment") ?? [];
  for (const fragment of fragments) {
    fragment.attribute("type");
    if (/\{[^{}]*\}/.test(fragment.text()) && !fragment.attribute("ref")) warnOfBraces(fragment, report);
  }
  if (!prefix && fragments.length === 0) {
    report.warning(
      "CacheKeyMissing",
      key ?? xml,
      "The policy has no <KeyFragment>: its scope has just one entry for all requests.",
      "Add <CacheKey> with a <KeyFragment> for what the entry depends on.",
    );
  }
  return {
    cache: xml.child("CacheResource")?.text() ?? "",
    prefix: prefix ? readTextOrRef(prefix) : null,
    scope: readOneOf(xml.child("Scope"), cacheScopes, "Exclusive", report),
    fragments: fragments.map(readTextOrRef),
  };
}

const KEY_PARTS = ["Prefix", "KeyFragment"];

const WHY = "A key without it can give one client the entry of another.";

/** What is misspelt in a key is an error: without it, entries are shared that were meant to be apart. */
function refuseLostParts(key: XmlElement, report: Report): void {
  const element = (name: string) => `<${name}>`;
  for (const other of key.others(...KEY_PARTS)) {
    report.error(
      "UnknownElement",
      other,
      `<${other.name}> is not known inside <CacheKey>, and no part of the key. ${WHY}`,
      didYouMean(other.name, KEY_PARTS, "take it out if the entry does not depend on it.", element),
    );
  }
  for (const part of key.children("KeyFragment")) {
    const [other] = refOf(part) === null && part.text() === "" ? part.otherAttributes("ref", "type") : [];
    if (other === undefined) continue;
    report.error(
      "UnknownAttribute",
      part,
      `<KeyFragment> has an attribute "${other}" that is not known, and neither a text nor "ref". ${WHY}`,
      'Write <KeyFragment ref="…"/> with the name of a variable, or take the fragment out.',
    );
  }
}

/** Not refused: Apigee takes the text as it is, too. */
function warnOfBraces(fragment: XmlElement, report: Report): void {
  report.warning(
    "LiteralKeyFragment",
    fragment,
    `<KeyFragment> is the text ${fragment.text()}, braces included: the same for all requests.`,
    'Write <KeyFragment ref="…"/> for the value of a variable.',
  );
}

const here: CacheContext = { proxy: null, proxyEndpoint: null, targetEndpoint: null };

/** What names the entry of a flow. An empty prefix counts as none, and a variable without a value is empty text. */
export function compileKey(
  { cache, prefix, scope, fragments }: KeyParts,
  context: PolicyContext,
  place: CacheContext = here,
): (flow: FlowContext) => CacheKey {
  const given = prefix && compileTextOrRef(prefix, context);
  const parts = fragments.map((fragment) => compileTextOrRef(fragment, context));
  return (flow) => {
    const start = given?.(flow);
    const prefix = start ? [start] : scopePrefix(scope, flow, place);
    return { cache, prefix, fragments: parts.map((part) => part(flow)) };
  };
}

function scopePrefix(scope: CacheScope, flow: FlowContext, place: CacheContext): readonly string[] {
  const { organization, environment, revision } = flow.identity;
  const proxy = place.proxy ?? flow.identity.proxy;
  const proxyEndpoint = place.proxyEndpoint ?? flow.identity.endpoint;
  const targetEndpoint = place.targetEndpoint ?? flow.target?.name ?? flow.route?.target ?? "";
  const start = [organization, environment];
  switch (scope) {
    case "Global":
      return start;
    case "Application":
      return [...start, proxy];
    case "Proxy":
      return [...start, proxy, revision, proxyEndpoint];
    case "Target":
      return [...start, proxy, revision, targetEndpoint];
    case "Exclusive": {
      const isTarget =
        place.targetEndpoint !== null || (place.proxyEndpoint === null && flow.part === "target");
      return [...start, proxy, revision, isTarget ? targetEndpoint : proxyEndpoint];
    }
  }
}

/** The variables `cachename` and `cachekey` of a policy. */
export function keyVariables(prefix: string, policy: string): (flow: FlowContext, key: CacheKey) => void {
  const [name, text] = [`${prefix}.${policy}.cachename`, `${prefix}.${policy}.cachekey`];
  return (flow, key) => {
    flow.variables.set(name, key.cache);
    flow.variables.set(text, textOfKey(key));
  };
}
