import type { Report } from "../documents/report.ts";
import type { ReadSettings } from "../documents/settings-file.ts";
import { kindOf, MOST_COLUMNS } from "../egress/analytics/data-point.ts";
import { type AnalyticsSettings, analyticsFile, defaultAnalytics } from "../egress/analytics/settings.ts";

/** Reads `analytics.json`. Problems: those of its schema, DuplicateDataCollector and TooManyDataCollectors. */
export function readAnalytics(read: ReadSettings, report: Report): AnalyticsSettings {
  const { value, at } = read("analytics.json", analyticsFile, defaultAnalytics);
  const seen = new Set<string>();
  const count = { text: 0, number: 0 };
  const dataCollectors = value.dataCollectors.map(({ name, type }, index) => {
    const place = at(["dataCollectors", index]);
    if (seen.has(name)) {
      const message = `There is another data collector ${name}.`;
      report.error("DuplicateDataCollector", place, message, "Take one of them out.");
    }
    seen.add(name);
    const kind = kindOf(type);
    if (++count[kind] === MOST_COLUMNS[kind] + 1 && value.destination === "binding") {
      const message = `A data point has columns for ${MOST_COLUMNS[kind]} data collectors of a ${kind}.`;
      const remedy = "List those that you ask for; what is not listed is written all the same, as JSON.";
      report.error("TooManyDataCollectors", place, message, remedy);
    }
    return { name, type };
  });
  return { ...value, dataCollectors };
}
