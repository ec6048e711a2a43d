import { remedyFor } from "../../connections/expression-remedy.ts";
import type { XmlElement } from "../../documents/element.ts";
import { readBoolean } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import { compileCondition } from "../../expression/condition.ts";
import { ExpressionError } from "../../expression/value.ts";
import { type FlowContext, StateKey } from "../../flow/context.ts";
import { ContinueAtResponse } from "../../flow/continue-at-response.ts";
import type { CachedMessage, CachedValue, CacheKey } from "../../stores/caches.ts";
import { definePolicy, type PolicyContext } from "../policy-type.ts";
import { compileLookup, readCoalescing } from "./cache/coalescing.ts";
import { compileExpiry, readExpiry } from "./cache/expiry.ts";
import { compileKey, keyVariables, readKeyParts } from "./cache/key.ts";
import { readLookupTimeout } from "./cache/lookup-timeout.ts";
import { lifetimeOf } from "./cache/response-lifetime.ts";
import { responseOf, toCached } from "./cache/value.ts";

const DEFAULT_TIMEOUT_S = 30;

/** What UseAcceptHeader adds to the key. */
const ACCEPT_HEADERS = ["accept", "accept-language", "accept-charset", "accept-encoding"];

/** The success statuses that ExcludeErrorResponse lets pass. */
const SUCCESS = { first: 200, last: 205 };

/** Statuses that answer what a client has already, or wants a part of: they are no answers for others. HTTP: RFC 9110. */
const FOR_ONE_CLIENT: ReadonlySet<number> = new Set([206, 304, 412, 416]);

/** What was looked up in the request: variables in the key may have another value in the response. */
interface Lookup {
  readonly key: CacheKey;
  readonly verb: string;
  readonly isHit: boolean;
}

/**
 * Answers with a response that was kept, without the rest of the request flow and the target, and keeps responses:
 * attached in the request it looks up, in the response it stores. Apigee: "ResponseCache policy".
 */
export const responseCache = definePolicy({
  element: "ResponseCache",
  variablePrefix: "responsecache",
  needs: ["caches"],
  continuesAtResponse: true,

  /** Problems: InvalidTimeout, InvalidMessagePatternForErrorCode, and the warnings CacheKeyMissing, InvalidExpiry and NoExpiry. */
  read(xml, report) {
    return {
      key: readKeyParts(xml, report),
      timeoutMs: readLookupTimeout(xml, DEFAULT_TIMEOUT_S, report),
      expiry: readExpiry(xml, report),
      skipLookup: readCondition(xml.child("SkipCacheLookup"), "InvalidSkipCacheLookUpCondition", report),
      skipPopulation: readCondition(
        xml.child("SkipCachePopulation"),
        "InvalidSkipCachePopulationCondition",
        report,
      ),
      excludesErrors: readBoolean(xml.child("ExcludeErrorResponse"), true, report),
      usesAcceptHeader: readBoolean(xml.child("UseAcceptHeader"), false, report),
      usesCacheHeaders: readBoolean(xml.child("UseResponseCacheHeaders"), false, report),
      coalesces: readCoalescing(xml, report),
    };
  },

  build(config, context) {
    const { caches, policy } = context;
    const ofScope = compileKey(config.key, context);
    const keyOf = config.usesAcceptHeader ? (flow: FlowContext) => withAccept(ofScope(flow), flow) : ofScope;
    const skipsLookup = compileTest(config.skipLookup, context);
    const skipsPopulation = compileTest(config.skipPopulation, context);
    const expiresAt = compileExpiry(config.expiry, context);
    const noteKey = keyVariables("responsecache", policy);
    const [hit, invalid] = [`responsecache.${policy}.cachehit`, `responsecache.${policy}.invalidentry`];
    const lookup = new StateKey<Lookup>();
    context.readsContentOf("response");

    const answer = (flow: FlowContext, key: CacheKey, value: CachedValue | null) => {
      const { verb } = flow.request;
      const response = responseFor(verb, value);
      flow.keep(lookup, { key, verb, isHit: response !== null });
      flow.variables.set(hit, response !== null);
      flow.variables.set(invalid, value !== null && response === null);
      if (response === null) return;
      flow.response = responseOf(response);
      throw new ContinueAtResponse(policy);
    };

    const lookUp = compileLookup(caches, config.timeoutMs, config.coalesces);
    const look = (flow: FlowContext) => {
      const key = keyOf(flow);
      noteKey(flow, key);
      if (skipsLookup(flow)) return answer(flow, key, null);
      const value = lookUp(flow, key);
      return value instanceof Promise
        ? value.then((late) => answer(flow, key, late))
        : answer(flow, key, value);
    };

    const store = (flow: FlowContext) => {
      const { response } = flow;
      const found = flow.kept(lookup);
      if (!response || flow.error || found?.isHit || skipsPopulation(flow)) return;
      if (FOR_ONE_CLIENT.has(response.status)) return;
      if (config.excludesErrors && (response.status < SUCCESS.first || response.status > SUCCESS.last))
        return;
      const key = found?.key ?? keyOf(flow);
      noteKey(flow, key);
      const now = flow.exchange.now();
      const said = config.usesCacheHeaders ? lifetimeOf(response.headers, now) : null;
      const value = toCached(response);
      if (typeof value !== "object" || !("kind" in value)) return;
      caches.put(
        key,
        { ...value, verb: found?.verb ?? flow.request.verb },
        Math.min(expiresAt(flow), now + (said ?? Number.POSITIVE_INFINITY)),
        flow.exchange,
      );
    };

    return (flow) => (flow.direction === "request" ? look(flow) : store(flow));
  },
});

/** A response to the same verb; one to GET is good for HEAD, too. Others would answer what nobody asked. */
function responseFor(verb: string, value: CachedValue | null): CachedMessage | null {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "response")
    return null;
  return value.verb === verb || (value.verb === "GET" && verb === "HEAD") ? value : null;
}

function withAccept({ fragments, ...key }: CacheKey, { request }: FlowContext): CacheKey {
  const values = ACCEPT_HEADERS.map((name) => request.headers.get(name) ?? "");
  return { ...key, fragments: [...fragments, ...values] };
}

/** The text of a condition; null when there is none. */
function readCondition(element: XmlElement | undefined, fault: string, report: Report): string | null {
  const text = element?.text() ?? "";
  if (!element || text === "") return null;
  try {
    compileCondition(text, () => () => null);
    return text;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report.error(
      "InvalidMessagePatternForErrorCode",
      element,
      `Invalid message pattern found for error code steps.cache.${fault}. ${error.message}`,
      remedyFor(error, 'Write a comparison as in “Conditions reference”, such as request.verb = "GET".'),
    );
    return null;
  }
}

/** No condition applies never. */
function compileTest(text: string | null, context: PolicyContext): (flow: FlowContext) => boolean {
  if (text === null) return () => false;
  return compileCondition<FlowContext>(text, (name) => context.variable(name).get);
}
