import type { FlowContext } from "../../../flow/context.ts";
import type { Window } from "../../../stores/counters/window.ts";
import type { Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { compileSaid } from "../limits/said-value.ts";
import { faults } from "./faults.ts";
import { readInterval, readUnit, windowOf } from "./interval.ts";
import type { QuotaConfig } from "./read.ts";

/** What a message is held to. */
export interface QuotaLimit {
  readonly window: Window;
  readonly allowed: number;
  /** Its class; null where the policy has none. */
  readonly group: string | null;
}

/** Says what of a quota counts for a message: the API product's where it says something, else the policy's. */
export function compileLimit(config: QuotaConfig, context: PolicyContext): (flow: FlowContext) => QuotaLimit {
  const intervalOf = compilePart("interval", config.limit.interval, config, context);
  const unitOf = compilePart("timeunit", config.limit.unit, config, context);
  const allowedOf = compileAllowed(config, context);
  const makeWindow = windows(config, context.policy);
  return (flow) => {
    const interval = intervalOf.get(flow);
    if (interval === null) throw faults.unresolvedInterval(intervalOf.ref);
    const unit = unitOf.get(flow);
    if (unit === null) throw faults.unresolvedUnit(unitOf.ref);
    return { window: makeWindow(interval, unit), ...allowedOf(flow) };
  };
}

type Text = (flow: FlowContext) => string | null;

/** A part of the quota, and the variable to name when it is not there. */
function compilePart(
  part: string,
  said: Said,
  { product }: QuotaConfig,
  context: PolicyContext,
): { readonly get: Text; readonly ref: string } {
  const own = compileSaid(said, context);
  if (product === null) return { get: own, ref: said.ref ?? "" };
  const names = [`apiproduct.developer.quota.${part}`];
  if (product !== "") names.unshift(`verifyapikey.${product}.${names[0]}`);
  const texts = names.map((ref) => compileSaid({ ref, text: "" }, context));
  return {
    ref: names[0] ?? "",
    get(flow) {
      for (const text of texts) {
        const found = text(flow);
        if (found) return found;
      }
      return own(flow);
    },
  };
}

/** The window of an interval and a unit, which is mostly that of the last message. */
function windows(
  { type, start, place }: QuotaConfig,
  policy: string,
): (interval: string, unit: string) => Window {
  let last: { readonly interval: string; readonly unit: string; readonly window: Window } | null = null;
  return (interval, unit) => {
    if (last?.interval === interval && last.unit === unit) return last.window;
    const every = readInterval(interval);
    if (every === null) throw faults.invalidInterval(interval, policy);
    const word = readUnit(unit);
    if (word === null || (word === "second" && place.kind !== "here")) throw faults.invalidUnit(unit, policy);
    const window = windowOf(type, start, every, word);
    if (window === null) throw faults.invalidInterval(interval, policy);
    last = { interval, unit, window };
    return window;
  };
}

function compileAllowed(
  config: QuotaConfig,
  context: PolicyContext,
): (flow: FlowContext) => Pick<QuotaLimit, "allowed" | "group"> {
  const { get: all } = compilePart("limit", config.limit.allow, config, context);
  // What no variable and no text says is allowed is nothing.
  const read = (text: string | null) => (text === null ? 0 : readAllowed(text, context.policy));
  if (config.classes === null) return (flow) => ({ allowed: read(all(flow)), group: null });
  const classOf = compileSaid({ ref: config.classes.ref, text: "" }, context);
  const byClass = new Map(
    [...config.classes.allow].map(([name, said]) => [name, compileSaid(said, context)]),
  );
  return (flow) => {
    const name = classOf(flow);
    const text = name === null ? undefined : byClass.get(name);
    return text === undefined
      ? { allowed: read(all(flow)), group: null }
      : { allowed: read(text(flow)), group: name };
  };
}

/** Larger counts than JavaScript can count to are as good as none. */
function readAllowed(text: string, policy: string): number {
  if (!/^\s*\+?\d{1,19}\s*$/.test(text)) throw faults.invalidCount(text, policy);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
