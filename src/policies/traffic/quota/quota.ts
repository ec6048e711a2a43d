import { didYouMean } from "../../../documents/nearest.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Count } from "../../../stores/counters/count.ts";
import type { CounterName } from "../../../stores/counters/counters.ts";
import { definePolicy } from "../../policy-type.ts";
import { faultOfCounter } from "../limits/faults.ts";
import { compileSaid } from "../limits/said-value.ts";
import { compileWeight } from "../limits/weight.ts";
import { faults } from "./faults.ts";
import { compileLimit } from "./limit.ts";
import { compileCounter, DEFAULT_IDENTIFIER } from "./name.ts";
import { type QuotaConfig, readQuota } from "./read.ts";
import { compileVariables } from "./variables.ts";

/**
 * Counts messages in an interval of time, and refuses those that are more than allowed. Apigee: "Quota policy".
 *
 * Faults: see `faults`.
 */
export const quota = definePolicy({
  element: "Quota",
  variablePrefix: "ratelimit",
  needs: ["counters", "policies"],
  faults,

  read: readQuota,

  refersTo: ({ place }) => ({ sharesCounters: place.kind !== "here" }),

  /** Reports SharedNameDiffers. Another bundle may count, too: so only where one of this bundle seems meant to. */
  check({ mode, sharedName, sharedNameAt }, { policies }, report) {
    if (mode !== "enforce" || sharedName === "") return;
    const quotas = [...policies.configs("Quota").values()] as readonly QuotaConfig[];
    if (quotas.some((other) => other.sharedName === sharedName && other.mode !== "enforce")) return;
    const counted = quotas.flatMap((other) => (other.mode === "count" ? other.sharedName || [] : []));
    if (counted.length === 0) return;
    report.warning(
      "SharedNameDiffers",
      sharedNameAt,
      `No Quota of the bundle counts with the SharedName "${sharedName}": unless another bundle's does, nothing is refused.`,
      didYouMean(sharedName, new Set(counted), "write the same <SharedName> into both."),
    );
  },

  build(config, context) {
    const { counters, policy } = context;
    const limitOf = compileLimit(config, context);
    const weightOf = compileWeight(config.weight, context);
    const { identifier, product, place, mode } = config;
    // An API product is an app's, which VerifyAPIKey and OAuthV2 name.
    const isApp = product !== null && identifier.ref === null && identifier.text === "";
    const identifierOf = compileSaid(isApp ? { ref: "client_id", text: "" } : identifier, context);
    const isPrivate = identifier.ref?.startsWith("private.") ?? false;
    const nameOf = compileCounter(config, context);
    const setVariables = compileVariables(policy, mode, config.type === "rollingwindow");

    const finish = (flow: FlowContext, name: CounterName, allowed: number, counted: Count) => {
      setVariables(flow, name, allowed, counted);
      if (counted.isExceeded) throw faults.violation(isPrivate ? "***" : name.identifier);
    };
    const fail = (error: unknown) => {
      throw faultOfCounter(policy, error);
    };

    return function applyQuota(flow) {
      const { window, allowed, group } = limitOf(flow);
      const name = nameOf(flow, identifierOf(flow) || DEFAULT_IDENTIFIER, group);
      const rule = { window, allowed, weight: weightOf(flow), mode };
      switch (place.kind) {
        case "here":
          return finish(flow, name, allowed, counters.countHere(name, rule, flow.exchange));
        case "together":
          return counters
            .countTogether(name, rule, flow.exchange)
            .catch(fail)
            .then((counted) => finish(flow, name, allowed, counted));
        case "later":
          try {
            return finish(flow, name, allowed, counters.countLater(name, rule, place.telling, flow.exchange));
          } catch (error) {
            return fail(error);
          }
      }
    };
  },
});
