import { collectionOf, MOST_VALUES } from "../../parts/collected.ts";
import { definePolicy } from "../../policy-type.ts";
import { Attempt } from "./attempt.ts";
import { buildCollect } from "./collect.ts";
import { faults } from "./faults.ts";
import { readDataCapture } from "./read.ts";
import { buildValue } from "./value.ts";

/**
 * Captures values for analytics: they are recorded when the flows of the exchange are over. What can be captured is,
 * also when something else cannot. Apigee: "DataCapture policy".
 *
 * Faults (all 500): `steps.datacapture.…`, see `faults.ts`.
 */
export const dataCapture = definePolicy({
  element: "DataCapture",
  variablePrefix: "datacapture",
  needs: ["analytics"],
  faults,

  read: readDataCapture,

  /** Problems: the warning DeploymentAssertionError. */
  check({ captures }, { analytics }, report) {
    if (!analytics.isListed) return;
    for (const { collector, isMonetization, at } of captures) {
      if (isMonetization || analytics.typeOf(collector) !== null) continue;
      const message = `The data collector ${collector} is not listed in analytics.json.`;
      report.warning("DeploymentAssertionError", at, message, "Add it there, with its type.");
    }
  },

  build({ ignoreUnresolved, throwOnLimit, captures }, context) {
    const { policy, analytics } = context;
    const errorsVariable = context.variable("dataCapturePolicyErrors");
    const compiled = captures.map(({ collector, fallback, collect }) => {
      const type = analytics.typeOf(collector);
      const find = buildCollect(collect, context);
      return { collector, capture: buildValue(find, type, fallback, ignoreUnresolved) };
    });
    return function captureAll(flow) {
      const collection = collectionOf(flow, analytics);
      const attempt = new Attempt(policy, collection.captured);
      for (const { collector, capture } of compiled) attempt.take(collector, capture(flow));
      const { captured, fault } = attempt.result(throwOnLimit);
      for (const [collector, value] of captured) collection.captured.set(collector, value);
      const errors = attempt.errors;
      if (errors.length > 0) {
        collection.errors.push(...errors.slice(0, MOST_VALUES - collection.errors.length));
        errorsVariable.set(flow, JSON.stringify(collection.errors));
      }
      if (fault) throw fault;
    };
  },
});
