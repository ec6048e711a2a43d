import { LONGEST_KEY } from "../../../clients/entities.ts";
import { coverageOf, identify, type KnownClient, type Refusal } from "../../../clients/identify.ts";
import { readInteger } from "../../../documents/read.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { refOf } from "../../parts/text-or-ref.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileClientVariables } from "./client-variables.ts";
import { failure, faultOfRefusal, keyFaults } from "./faults.ts";

/**
 * Lets in who has the key of an app whose API products cover the request. Apigee: "Verify API Key policy".
 *
 * Faults: see `keyFaults`.
 */
export const verifyApiKey = definePolicy({
  element: "VerifyAPIKey",
  // So it is documented: the same as that of OAuthV2.
  variablePrefix: "oauthV2",
  needs: ["directory"],
  faults: keyFaults,

  /** Problems: SpecifyValueOrRefApiKey; KeyBesideRef, a warning. */
  read(xml, report) {
    const element = xml.child("APIKey");
    const ref = refOf(element);
    const text = element?.text() ?? "";
    if (ref === null && text === "") {
      report.error(
        "SpecifyValueOrRefApiKey",
        element ?? xml,
        "The policy does not say where the key of a request is.",
        'Write <APIKey ref="request.queryparam.apikey"/> or another variable.',
      );
    } else if (element && ref !== null && text !== "") {
      report.warning(
        "KeyBesideRef",
        element,
        "The text of <APIKey> has no effect beside ref: it would let in everybody who brings no key.",
        "Remove the text.",
      );
    }
    // What is deployed is kept in memory: there is nothing that would have to be asked for again.
    const expiry = xml.child("CacheExpiryInSeconds");
    readInteger(expiry, null, report);
    expiry?.attribute("ref");
    return { ref, text };
  },

  refersTo: () => ({ identifiesClients: true }),

  build({ ref, text }, context) {
    const { directory, environment, policy } = context;
    const key = ref === null ? null : context.variable(ref);
    const variables = compileClientVariables(`verifyapikey.${policy}.`);
    // Beside that of all policies: flows refuse by it when the policy has continueOnError.
    const failed = `verifyapikey.${policy}.failed`;

    const letIn = (flow: FlowContext, found: KnownClient | Refusal): void => {
      if (typeof found === "string") throw faultOfRefusal[found]();
      const { proxy } = flow.identity;
      const call = { environment, proxy, pathSuffix: flow.pathSuffix, verb: flow.request.verb };
      const coverage = coverageOf(found.products, call);
      if (coverage === null) throw keyFaults.otherResource();
      variables.set(flow, found, coverage);
      flow.variables.set(failed, false);
    };

    return function verifyKey(flow) {
      variables.clear(flow);
      flow.variables.set(failed, true);
      try {
        const value = key ? textOf(key.get(flow)) : text;
        if (value === "") throw keyFaults.unresolved(key?.name ?? "");
        if (value.length > LONGEST_KEY) throw keyFaults.unknown();
        const found = identify(directory, value, flow.exchange);
        if (!(found instanceof Promise)) return letIn(flow, found);
        return found
          .then((client) => letIn(flow, client))
          .catch((error) => {
            throw failure(flow, policy, error);
          });
      } catch (error) {
        throw failure(flow, policy, error);
      }
    };
  },
});
