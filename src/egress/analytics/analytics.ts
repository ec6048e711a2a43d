import { isDataSet } from "../data-set.ts";
import { dataPointOf } from "./data-point.ts";
import type { AnalyticsRecord } from "./record.ts";
import type { AnalyticsSettings, CollectorType } from "./settings.ts";

/** Takes what flows collect. */
export interface Analytics {
  /** Whether the environment says which data collectors there are. */
  readonly isListed: boolean;
  /** What a data collector takes; null for one that the environment does not list. */
  typeOf(collector: string): CollectorType | null;
  /** Never fails. */
  record(record: AnalyticsRecord): void;
}

export interface AnalyticsPlatform {
  /** Everything that the Worker is bound to. */
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Takes a structured line that is news. */
  readonly print: (line: Record<string, unknown>) => void;
  /** Takes a structured line about trouble. */
  readonly log: (line: Record<string, unknown>) => void;
}

/** The records of an environment: to where its settings say. A binding that is missing is replaced by the log. */
export class EnvironmentAnalytics implements Analytics {
  readonly isListed: boolean;
  readonly #types: ReadonlyMap<string, CollectorType>;
  readonly #write: (record: AnalyticsRecord) => void;
  readonly #log: AnalyticsPlatform["log"];

  constructor(settings: AnalyticsSettings, environment: string, platform: AnalyticsPlatform) {
    this.#types = new Map(settings.dataCollectors.map(({ name, type }) => [name, type]));
    this.isListed = this.#types.size > 0;
    this.#write = sinkFor(settings, environment, platform);
    this.#log = platform.log;
  }

  typeOf(collector: string): CollectorType | null {
    return this.#types.get(collector) ?? null;
  }

  record(record: AnalyticsRecord): void {
    try {
      this.#write(record);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#log({ level: "error", event: "analytics.failed", proxy: record.proxy, reason });
    }
  }
}

function sinkFor(
  settings: AnalyticsSettings,
  environment: string,
  { bindings, print, log }: AnalyticsPlatform,
): (record: AnalyticsRecord) => void {
  if (settings.destination === "none") return () => {};
  if (settings.destination === "binding") {
    const { binding: name, dataCollectors } = settings;
    const binding = bindings[name];
    if (isDataSet(binding)) {
      return (record) => binding.writeDataPoint(dataPointOf(environment, dataCollectors, record));
    }
    const reason = `The Worker has no binding ${name} to an Analytics Engine data set; what flows collect goes to the log.`;
    log({ level: "error", event: "analytics.binding-missing", binding: name, reason });
  }
  return ({ captured, statistics, errors, ...facts }) =>
    print({
      level: "info",
      event: "analytics",
      environment,
      ...facts,
      captured: Object.fromEntries(captured),
      statistics: Object.fromEntries(statistics),
      ...(errors !== null && { dataCapturePolicyErrors: errors }),
    });
}
