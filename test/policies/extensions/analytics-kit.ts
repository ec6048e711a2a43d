import type { AnalyticsRecord } from "../../../src/egress/analytics/record.ts";
import type { CollectorType } from "../../../src/egress/analytics/settings.ts";
import type { FlowContext } from "../../../src/flow/context.ts";
import { flowsAreOver } from "../../../src/flow/over.ts";
import type { GivenCapabilities } from "../policy-kit.ts";

/** Analytics that keep their records, and what an environment lists of data collectors. */
export function keptAnalytics(listed: Readonly<Record<string, CollectorType>> = {}) {
  const records: AnalyticsRecord[] = [];
  const types = new Map(Object.entries(listed));
  const given: GivenCapabilities = {
    analytics: {
      isListed: types.size > 0,
      typeOf: (name) => types.get(name) ?? null,
      record: (record) => void records.push(record),
    },
  };
  return { given, records };
}

/** What a flow has collected when it is over. */
export function recordOf(flow: FlowContext, records: readonly AnalyticsRecord[]) {
  flowsAreOver(flow);
  const [record] = records;
  return (
    record && {
      ...record,
      captured: Object.fromEntries(record.captured),
      statistics: Object.fromEntries(record.statistics),
    }
  );
}
