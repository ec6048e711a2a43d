import type { FlowContext } from "../../flow/context.ts";
import type { CachedValue } from "../../stores/caches.ts";
import { readRequired } from "../parts/required.ts";
import { definePolicy } from "../policy-type.ts";
import { compileLookup, readCoalescing } from "./cache/coalescing.ts";
import { compileKey, keyVariables, readKeyParts } from "./cache/key.ts";
import { readLookupTimeout } from "./cache/lookup-timeout.ts";
import { fromCached } from "./cache/value.ts";

const DEFAULT_TIMEOUT_S = 12;

/**
 * Reads a value from a cache into a variable, which stays as it is when there is none.
 * Apigee: "LookupCache policy".
 */
export const lookupCache = definePolicy({
  element: "LookupCache",
  variablePrefix: "lookupcache",
  needs: ["caches"],

  /** Problems: AssignToRequired, those of the parts of the key, the timeout and the property. */
  read(xml, report) {
    const assignTo = readRequired(xml, "AssignTo", "AssignToRequired", "a variable", report);
    const timeoutMs = readLookupTimeout(xml, DEFAULT_TIMEOUT_S, report);
    const coalesces = readCoalescing(xml, report);
    return { key: readKeyParts(xml, report), assignTo, timeoutMs, coalesces };
  },

  build({ key, assignTo, timeoutMs, coalesces }, context) {
    const { caches, policy } = context;
    const look = compileLookup(caches, timeoutMs, coalesces);
    const keyOf = compileKey(key, context);
    const variable = context.variable(assignTo);
    const noteKey = keyVariables("lookupcache", policy);
    const [hit, assigned] = [`lookupcache.${policy}.cachehit`, `lookupcache.${policy}.assignto`];
    const found = (flow: FlowContext, value: CachedValue | null) => {
      flow.variables.set(hit, value !== null);
      if (value !== null) variable.set(flow, fromCached(value));
    };
    return function lookUp(flow) {
      const where = keyOf(flow);
      noteKey(flow, where);
      flow.variables.set(assigned, assignTo);
      const value = look(flow, where);
      return value instanceof Promise ? value.then((late) => found(flow, late)) : found(flow, value);
    };
  },
});
