import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { faultType } from "../../../flow/fault.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { refOf } from "../../parts/text-or-ref.ts";
import { definePolicy, type PolicyContext } from "../../policy-type.ts";
import { faultOfCounter, limitFaults } from "../limits/faults.ts";
import { compileSaid, readCount } from "../limits/said-value.ts";
import { compileLimit } from "./limit.ts";
import { compileCounter, DEFAULT_IDENTIFIER } from "./name.ts";
import type { QuotaConfig } from "./read.ts";

/** What is given back to one counter. */
interface Reset {
  readonly identifier: Said;
  /** The class; null where none is named. */
  readonly group: Said | null;
  readonly allow: Said;
}

interface ResetQuota {
  readonly quota: Said;
  readonly resets: readonly Reset[];
  readonly at: Position;
}

const faults = {
  invalidPolicy: faultType(
    "policies.resetquota.InvalidRLPolicy",
    500,
    (quota: string) => `Invalid rate limit policy ${quota}`,
  ),
  unresolvedPolicy: faultType(
    "policies.resetquota.FailedToResolveRLPolicy",
    500,
    () => "Failed to resolve rate limit policy",
  ),
  unresolvedCount: faultType(
    "policies.resetquota.FailedToResolveAllowCountRef",
    500,
    (ref: string, identifier: string, place: string) =>
      `Failed to resolve allow count reference ${ref} for identifier ${identifier} in ${place}`,
  ),
  invalidCount: faultType(
    "policies.resetquota.InvalidCount",
    500,
    (count: string, identifier: string, place: string) =>
      `Invalid count value ${count} for identifier ${identifier} in ${place}`,
  ),
  unavailable: limitFaults.unavailable,
};

/**
 * Gives back some of what a Quota of the same bundle has counted. Apigee: "ResetQuota policy".
 */
export const resetQuota = definePolicy({
  element: "ResetQuota",
  variablePrefix: "resetquota",
  needs: ["counters", "policies"],
  faults,

  /** Problems: QuotaRequired, IdentifierRequired, AllowRequired, InvalidCount, and the warning QuotaNotFound. */
  read(xml, report): ResetQuota {
    const quota = xml.child("Quota");
    const named = readNamed(quota);
    if (named.ref === null && named.text === "") {
      const message = "The policy does not say of which quota it gives something back.";
      report.error("QuotaRequired", quota ?? xml, message, 'Write <Quota name="…">.');
    }
    const identifiers = quota?.children("Identifier") ?? [];
    if (quota && identifiers.length === 0) {
      report.error(
        "IdentifierRequired",
        quota,
        "The policy does not say whose count it changes.",
        `Add <Identifier name="${DEFAULT_IDENTIFIER}"> for that of a Quota without an Identifier.`,
      );
    }
    return {
      quota: named,
      resets: identifiers.map((identifier) => readReset(identifier, report)),
      at: positionOf(quota ?? xml),
    };
  },

  check({ quota, at }, { policies }, report) {
    const known = [...policies.configs("Quota").keys()];
    if (quota.ref !== null || known.includes(quota.text)) return;
    report.warning(
      "QuotaNotFound",
      at,
      `There is no Quota ${quota.text} in the bundle: the policy fails with InvalidRLPolicy.`,
      didYouMean(quota.text, known, "name a Quota of the same bundle."),
    );
  },

  build({ quota, resets }, context) {
    const { policy } = context;
    const quotaOf = compileSaid(quota, context);
    const configs = context.policies.configs("Quota") as ReadonlyMap<string, QuotaConfig>;
    const targets = new Map(
      [...configs].map(([name, config]) => [name, compileTarget(name, config, context)]),
    );
    const compiled = resets.map((reset) => compileReset(reset, context));
    return async function giveBack(flow) {
      const name = quotaOf(flow);
      if (name === null) throw faults.unresolvedPolicy();
      const target = targets.get(name);
      if (target === undefined) throw faults.invalidPolicy(name);
      try {
        for (const reset of compiled) {
          const found = reset(flow);
          if (found !== null) await target(flow, found);
        }
      } catch (error) {
        throw faultOfCounter(policy, error);
      }
    };
  },
});

/** An element that names something by `name`, or by a variable in `ref`. */
function readNamed(element: XmlElement | undefined): Said {
  return { ref: refOf(element), text: element?.attribute("name")?.trim() ?? "" };
}

function readReset(xml: XmlElement, report: Report): Reset {
  const group = xml.child("Class");
  const allow = group?.child("Allow") ?? xml.child("Allow");
  const said = readSaid(allow);
  if (said.ref === null && said.text === "") {
    const message = "The policy does not say how much it gives back.";
    report.error("AllowRequired", allow ?? xml, message, "Add <Allow> with a number.");
  } else if (said.text !== "" && readCount(said.text) === null) {
    const message = `<Allow> is "${said.text}", which is no whole number.`;
    report.error("InvalidCount", allow ?? xml, message, "Write a whole number, or a variable into ref.");
  }
  return { identifier: readNamed(xml), group: group ? readNamed(group) : null, allow: said };
}

/** What one element gives back. */
interface Found {
  readonly identifier: string;
  readonly group: string | null;
  readonly weight: number;
}

function compileReset(reset: Reset, context: PolicyContext): (flow: FlowContext) => Found | null {
  const identifierOf = compileSaid(reset.identifier, context);
  const groupOf = reset.group && compileSaid(reset.group, context);
  const allowOf = compileSaid(reset.allow, context);
  return (flow) => {
    const identifier = identifierOf(flow) || DEFAULT_IDENTIFIER;
    const text = allowOf(flow);
    if (text === null) {
      // Apigee shows it in its trace alone: nothing is given back, and the flow goes on.
      const fault = faults.unresolvedCount(reset.allow.ref ?? "", identifier, placeOf(flow, context.policy));
      flow.exchange.watch?.fault(fault.raisedBy(context.policy));
      return null;
    }
    const weight = readCount(text);
    if (weight === null) throw faults.invalidCount(text, identifier, placeOf(flow, context.policy));
    return { identifier, group: groupOf?.(flow) || null, weight };
  };
}

function placeOf({ identity }: FlowContext, policy: string): string {
  const { proxy, revision, environment, organization } = identity;
  return `ResetQuotaStepDefinition:${policy};API Proxy:${proxy};Revision:${revision};Environment:${environment};Organization:${organization}`;
}

function compileTarget(name: string, config: QuotaConfig, context: PolicyContext<"counters">) {
  const ofQuota = { ...context, policy: name };
  const limitOf = compileLimit(config, ofQuota);
  const nameOf = compileCounter(config, ofQuota);
  return (flow: FlowContext, { identifier, group, weight }: Found) =>
    context.counters.giveBack(
      config.place.kind,
      nameOf(flow, identifier, group),
      limitOf(flow).window,
      weight,
      flow.exchange,
    );
}
