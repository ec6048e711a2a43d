import type { XmlElement } from "../../documents/element.ts";
import { readBoolean } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import type { FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import type { CounterName } from "../../stores/counters/counters.ts";
import { readSaid, type Said } from "../parts/said.ts";
import { definePolicy, type PolicyContext } from "../policy-type.ts";
import { faultOfCounter, limitFaults } from "./limits/faults.ts";
import { compileSaid, readCount } from "./limits/said-value.ts";
import { compileWeight, readWeight } from "./limits/weight.ts";

/** So many messages in a second or a minute. */
interface Rate {
  readonly messages: number;
  readonly periodMs: number;
}

const faults = {
  violation: faultType(
    "policies.ratelimit.SpikeArrestViolation",
    429,
    ({ messages, periodMs }: Rate) =>
      `Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=${messages}, periodInMicroseconds=${periodMs * 1000}, maxBurstMessageCount=1.0}`,
  ),
  unresolvedRate: faultType(
    "policies.ratelimit.FailedToResolveSpikeArrestRate",
    500,
    (ref: string, policy: string) =>
      `Failed to resolve Spike Arrest Rate reference ${ref} in SpikeArrest policy ${policy}`,
  ),
  invalidRate: faultType(
    "policies.ratelimit.InvalidAllowedRate",
    500,
    (rate: string) => `Invalid spike arrest rate ${rate}.`,
  ),
  invalidWeight: limitFaults.invalidWeight,
  unavailable: limitFaults.unavailable,
};

/**
 * Refuses messages that come too fast: without UseEffectiveCount, whichever comes too soon after the last one in the
 * same isolate; with it, those beyond the rate in the second or minute before, of all isolates together.
 * Apigee: "SpikeArrest policy".
 */
export const spikeArrest = definePolicy({
  element: "SpikeArrest",
  variablePrefix: "ratelimit",
  needs: ["counters"],
  faults,

  /** Problems: InvalidAllowedRate, InvalidMessageWeight, InvalidBoolean, and the warning CountedPerIsolate. */
  read(xml, report) {
    const effective = xml.child("UseEffectiveCount");
    const isShared = readBoolean(effective, false, report, "error");
    if (!isShared) {
      report.warning(
        "CountedPerIsolate",
        effective ?? xml,
        "Each isolate limits what it serves by itself, as a message processor of Apigee does; Cloudflare runs many isolates, so all together let more pass.",
        "Write <UseEffectiveCount>true</UseEffectiveCount> to count all messages together, unless you only mean to blunt spikes.",
      );
    }
    return {
      rate: readRate(xml, report),
      identifier: readSaid(xml.child("Identifier")),
      weight: readWeight(xml, report),
      isShared,
    };
  },

  refersTo: ({ isShared }) => ({ sharesCounters: isShared }),

  build({ isShared, ...config }, context) {
    const { counters, policy, sharedFlow } = context;
    const rateOf = compileRate(config.rate, context);
    const weightOf = compileWeight(config.weight, context);
    const identifierOf = compileSaid(config.identifier, context);
    const nameOf = (flow: FlowContext, { periodMs }: Rate): CounterName => ({
      kind: "spike",
      proxy: flow.identity.proxy,
      sharedFlow,
      name: policy,
      identifier: identifierOf(flow) ?? "",
      // A second of one rate says nothing of the minute of another.
      group: String(periodMs),
    });
    if (!isShared) {
      return function arrest(flow) {
        const rate = rateOf(flow);
        const spacing = { ...rate, weight: weightOf(flow) };
        if (!counters.passesHere(nameOf(flow, rate), spacing, flow.exchange)) throw faults.violation(rate);
      };
    }
    return async function arrest(flow) {
      const rate = rateOf(flow);
      const counted = await counters
        .countTogether(
          nameOf(flow, rate),
          {
            window: { kind: "rolling", ms: rate.periodMs },
            allowed: rate.messages,
            weight: weightOf(flow),
            mode: "limit",
          },
          flow.exchange,
        )
        .catch((error) => {
          throw faultOfCounter(policy, error);
        });
      if (counted.isExceeded) throw faults.violation(rate);
    };
  },
});

function readRate(xml: XmlElement, report: Report): Said {
  const element = xml.child("Rate");
  const said = readSaid(element);
  if (said.text === "" ? said.ref === null : rateFrom(said.text) === null) {
    report.error(
      "InvalidAllowedRate",
      element ?? xml,
      `Invalid spike arrest rate ${said.text}.`,
      "Write a whole number with ps or pm into <Rate>, such as 30ps for 30 messages in a second, or the name of a variable into its ref.",
    );
  }
  return said;
}

function compileRate(said: Said, context: PolicyContext): (flow: FlowContext) => Rate {
  const written = rateFrom(said.text);
  if (said.ref === null && written !== null) return () => written;
  const textOf = compileSaid(said, context);
  return (flow) => {
    const text = textOf(flow);
    if (text === null) throw faults.unresolvedRate(said.ref ?? "", context.policy);
    const rate = text === said.text ? written : rateFrom(text);
    if (rate === null) throw faults.invalidRate(text);
    return rate;
  };
}

/** Null for what is no rate, and for none at all. */
function rateFrom(text: string): Rate | null {
  const [, digits = "", unit = ""] = /^(\d+)(ps|pm)$/i.exec(text.trim()) ?? [];
  const messages = readCount(digits);
  if (messages === null || messages === 0) return null;
  return { messages, periodMs: unit.toLowerCase() === "ps" ? 1000 : 60_000 };
}
