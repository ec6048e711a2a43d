import type { XmlElement } from "../../documents/element.ts";
import { readBoolean } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import { definePolicy } from "../policy-type.ts";
import { type CacheContext, compileKey, type KeyParts, keyVariables, readKeyParts } from "./cache/key.ts";

/**
 * Takes an entry out of a cache, or all that have its prefix. Apigee: "InvalidateCache policy".
 */
export const invalidateCache = definePolicy({
  element: "InvalidateCache",
  variablePrefix: "invalidatecache",
  needs: ["caches"],

  /** Problems: the warnings CacheKeyMissing and CacheContextWithRevision. */
  read(xml, report) {
    const key = readKeyParts(xml, report);
    return {
      key,
      place: readContext(xml.child("CacheContext"), key, report),
      purges: readBoolean(xml.child("PurgeChildEntries"), false, report),
    };
  },

  build({ key, place, purges }, context) {
    const { caches, policy } = context;
    const keyOf = compileKey(key, context, place);
    const noteKey = keyVariables("invalidatecache", policy);
    return function invalidate(flow) {
      const where = keyOf(flow);
      noteKey(flow, where);
      if (purges) caches.purge(where, flow.exchange);
      else caches.invalidate(where, flow.exchange);
    };
  },
});

function readContext(
  element: XmlElement | undefined,
  { scope, prefix }: KeyParts,
  report: Report,
): CacheContext {
  const name = (child: string) => element?.child(child)?.text() || null;
  const proxy = name("APIProxyName");
  const hasRevision = scope !== "Global" && scope !== "Application" && prefix === null;
  if (element && proxy !== null && hasRevision) {
    report.warning(
      "CacheContextWithRevision",
      element,
      `Keys of the scope ${scope} hold the revision of their proxy. The one of this proxy is taken, also for ${proxy}.`,
      "Use the scope Application or a <Prefix> in the policies of both proxies.",
    );
  }
  return { proxy, proxyEndpoint: name("ProxyName"), targetEndpoint: name("TargetName") };
}
