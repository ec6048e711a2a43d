import type { XmlElement } from "../documents/element.ts";
import { nearestNames } from "../documents/nearest.ts";
import { readBooleanAttribute } from "../documents/read.ts";
import { positionOf, type Report } from "../documents/report.ts";
import { type PolicyTypes, policyNames } from "../policies/index.ts";
import type { Policy, PolicyMeaning } from "./model.ts";
import { isProtective } from "./protective.ts";
import { refusedPolicyTypes } from "./refused-policy-types.ts";

/**
 * The policies of a bundle, each read by its type, and everything that is wrong with them. Reports
 * UnknownPolicyType. Apigee: "Policy reference overview".
 * @param types those of the elements that are a policy type's, at least
 * @param isUsed whether a step runs the policy of a name; what is wrong with any other is only warned of, and what is
 *   wrong with one that is switched off
 */
export function readPolicies(
  elements: ReadonlyMap<string, XmlElement>,
  types: PolicyTypes,
  isUsed: (name: string) => boolean,
  report: Report,
): ReadonlyMap<string, Policy> {
  return new Map(
    [...elements].map(([key, element]) => [
      key,
      readPolicy(element, key, types, isUsed(key) ? report : report.warnsOnly()),
    ]),
  );
}

function readPolicy(element: XmlElement, key: string, types: PolicyTypes, report: Report): Policy {
  const name = element.attribute("name")?.trim() || key;
  const ownReport = report.forPolicy(name, element.name);
  // `async` is deprecated; the rest is left behind by older editors. None of it has an effect.
  element.attribute("async");
  element.ignore("DisplayName", "Description", "Properties", "FaultRules");
  const enabled = readBooleanAttribute(element, "enabled", true, ownReport);
  const continueOnError = readBooleanAttribute(element, "continueOnError", false, ownReport);
  const meaning = readMeaning(element, name, enabled, types, enabled ? report : report.warnsOnly());
  return { name, enabled, continueOnError, at: positionOf(element), meaning };
}

function readMeaning(
  element: XmlElement,
  name: string,
  enabled: boolean,
  types: PolicyTypes,
  report: Report,
): PolicyMeaning | null {
  const type = types.get(element.name);
  if (!type) {
    const reason = refusedPolicyTypes.get(element.name)?.reason;
    report.error(
      "UnknownPolicyType",
      element,
      `The policy type ${element.name} is not supported${reason === undefined ? "" : `: ${reason}`}.`,
      enabled ? remedyFor(element.name) : "Leave it switched off, or remove it.",
    );
    return null;
  }
  const ownReport = report.forPolicy(name, element.name);
  const errorsBefore = ownReport.errorCount;
  const config = type.read(element, ownReport);
  element.reportUnknown(ownReport, { protects: isProtective(element.name) });
  element.reportBraces(ownReport);
  if (ownReport.errorCount > errorsBefore) return null;
  return { type, config, references: type.refersTo?.(config) ?? {} };
}

/** A policy that protects is never to be taken away without something in its place. */
function remedyFor(type: string): string {
  const instead = refusedPolicyTypes.get(type)?.instead;
  if (isProtective(type)) {
    return `Do not just take it out: that opens the API to what it keeps out. ${
      instead ?? "Check the same in an ExternalCallout or in front of the gateway first."
    }`;
  }
  if (instead !== undefined) return instead;
  const near = nearestNames(type, policyNames);
  return near.length > 0
    ? `Did you mean ${near.join(" or ")}?`
    : `Do what it does with a supported type, and detach it then: ${policyNames.join(", ")}.`;
}
