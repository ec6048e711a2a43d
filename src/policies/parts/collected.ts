import type { Analytics } from "../../egress/analytics/analytics.ts";
import type { Collected } from "../../egress/analytics/record.ts";
import { Float, textOf, type Value } from "../../expression/value.ts";
import { type FlowContext, StateKey } from "../../flow/context.ts";
import { whenOver } from "../../flow/over.ts";
import { firstBytes } from "../../text/first-bytes.ts";

/** What is kept of a value. Bytes. Apigee: "DataCapture policy" (Enforcing capture limits). */
export const LONGEST_VALUE = 400;

/** How many values of a kind an exchange may collect. The same page. */
export const MOST_VALUES = 100;

/** An error in the variable `dataCapturePolicyErrors`. */
export interface CaptureError {
  readonly errorType: string;
  readonly policyName: string;
  readonly dataCollector: string;
}

/** What the flows of an exchange have collected so far. */
class Collection {
  readonly captured = new Map<string, Collected>();
  /** What the last StatisticsCollector has collected. */
  statistics: ReadonlyMap<string, Collected> = new Map();
  /** What could not be captured. */
  readonly errors: CaptureError[] = [];
}

const key = new StateKey<Collection>();

/** What there is; it is recorded when the flows are over, once. */
export function collectionOf(flow: FlowContext, analytics: Analytics): Collection {
  const known = flow.kept(key);
  if (known) return known;
  const collection = new Collection();
  flow.keep(key, collection);
  whenOver(flow, () => {
    const { proxy, revision } = flow.identity;
    const { captured, statistics } = collection;
    if (captured.size === 0 && statistics.size === 0 && collection.errors.length === 0) return;
    const status = (flow.error ?? flow.response)?.status ?? null;
    const errors = collection.errors.length > 0 ? JSON.stringify(collection.errors) : null;
    const facts = { proxy, revision, messageid: flow.exchange.id, status };
    analytics.record({ ...facts, captured, statistics, errors: errors && firstBytes(errors, LONGEST_VALUE) });
  });
  return collection;
}

/** A variable's value as it is collected, not yet cut: a text, or a number that JavaScript can hold. */
export function collectable(value: Exclude<Value, null>): Exclude<Collected, null> {
  const plain = value instanceof Float ? value.value : value;
  if (typeof plain === "bigint") return Number.isSafeInteger(Number(plain)) ? Number(plain) : String(plain);
  if (typeof plain === "boolean" || (typeof plain === "number" && Number.isFinite(plain))) return plain;
  return textOf(value).toWellFormed();
}

/** A value as it is kept: texts are cut. */
export function cutValue(value: Collected): Collected {
  return typeof value === "string" ? firstBytes(value, LONGEST_VALUE) : value;
}
