import { faultType } from "../../flow/fault.ts";
import { textOfKey } from "../../stores/caches.ts";
import { readRequired } from "../parts/required.ts";
import { definePolicy } from "../policy-type.ts";
import { compileExpiry, readExpiry } from "./cache/expiry.ts";
import { compileKey, keyVariables, readKeyParts } from "./cache/key.ts";
import { toCached } from "./cache/value.ts";

const faults = {
  entryCannotBeCached: faultType(
    "policies.populatecache.EntryCannotBeCached",
    500,
    (key: string) => `Entry ${key} can not be cached. Only serializable entries are cached.`,
  ),
};

/**
 * Writes the value of a variable to a cache. A variable without a value writes nothing.
 * Apigee: "PopulateCache policy".
 *
 * Faults: `policies.populatecache.EntryCannotBeCached` (500).
 */
export const populateCache = definePolicy({
  element: "PopulateCache",
  variablePrefix: "populatecache",
  needs: ["caches"],
  faults,

  /** Problems: SourceRequired, and the warnings CacheKeyMissing, InvalidExpiry and NoExpiry. */
  read(xml, report) {
    const source = readRequired(xml, "Source", "SourceRequired", "a variable", report);
    return { key: readKeyParts(xml, report), source, expiry: readExpiry(xml, report) };
  },

  build({ key, source, expiry }, context) {
    const { caches, policy } = context;
    const keyOf = compileKey(key, context);
    const expiresAt = compileExpiry(expiry, context);
    const variable = context.variable(source);
    context.readsContentOf(source);
    const noteKey = keyVariables("populatecache", policy);
    return function populate(flow) {
      const where = keyOf(flow);
      noteKey(flow, where);
      const value = variable.get(flow);
      if (value === null) return;
      const cached = toCached(value);
      if (cached === undefined) throw faults.entryCannotBeCached(textOfKey(where));
      caches.put(where, cached, expiresAt(flow), flow.exchange);
    };
  },
});
