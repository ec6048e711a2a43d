import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { atTheEnd } from "../../../flow/finishing.ts";
import type { CachedValue, CacheKey, Caches } from "../../../stores/caches.ts";

const PROPERTY = "sortie.coalesce";

/**
 * Whether requests that miss the same entry at the same time are to wait for the first of them: a property of
 * Sortie's own, which Apigee does not look at. Reports the warnings InvalidBoolean and UnknownProperty.
 */
export function readCoalescing(xml: XmlElement, report: Report): boolean {
  let coalesces = false;
  for (const property of xml.child("Properties")?.children("Property") ?? []) {
    const name = property.attribute("name")?.trim() ?? "";
    if (name === PROPERTY) coalesces = readBoolean(property, false, report);
    else if (name.startsWith("sortie.")) {
      const message = `The property ${name} is not known and has no effect.`;
      report.warning("UnknownProperty", property, message, didYouMean(name, [PROPERTY], "remove it."));
    }
  }
  return coalesces;
}

type LookUp = (flow: FlowContext, key: CacheKey) => CachedValue | null | Promise<CachedValue | null>;

/** Compiles how an entry is looked for. */
export function compileLookup(caches: Caches, timeoutMs: number, coalesces: boolean): LookUp {
  const look: LookUp = (flow, key) => caches.get(key, timeoutMs, flow.exchange);
  if (!coalesces) return look;
  return (flow, key) => {
    // Of what runs after the answer nothing tells the end: nobody is to wait for it.
    if (flow.clientSentAt !== null) return look(flow, key);
    return caches.getOrWait(key, timeoutMs, flow.exchange, (end) => atTheEnd(flow, end));
  };
}
