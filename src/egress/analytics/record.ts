/** A value that a flow has collected. */
export type Collected = string | number | boolean | null;

/** What the flows of one proxy have collected in one exchange. */
export interface AnalyticsRecord {
  readonly proxy: string;
  readonly revision: string;
  readonly messageid: string;
  /** Of the answer. */
  readonly status: number | null;
  /** What DataCapture policies have captured, by data collector. */
  readonly captured: ReadonlyMap<string, Collected>;
  /** What a StatisticsCollector has collected, by name. */
  readonly statistics: ReadonlyMap<string, Collected>;
  /** The variable `dataCapturePolicyErrors`; null when there are none. */
  readonly errors: string | null;
}
