import { firstBytes } from "../../text/first-bytes.ts";
import { COLUMNS, LONGEST_INDEX } from "../data-set.ts";
import type { AnalyticsRecord, Collected } from "./record.ts";
import type { CollectorType, DataCollector } from "./settings.ts";

/** What stands in front of the columns of data collectors. */
const FIXED_TEXTS = 4;
const FIXED_NUMBERS = 1;

/** How many data collectors of each kind have a column. */
export const MOST_COLUMNS = { text: COLUMNS - FIXED_TEXTS, number: COLUMNS - FIXED_NUMBERS };

/** What has no column, as JSON. All texts together may take 16 KB, and those with a column 6400 bytes of it. */
const LONGEST_REST = 8000;

export function kindOf(type: CollectorType): "text" | "number" {
  return type === "INTEGER" || type === "FLOAT" ? "number" : "text";
}

/**
 * A record as Analytics Engine keeps it, which knows columns by their number only.
 *
 * - `index1`: `ENVIRONMENT/PROXY`, in at most 96 bytes.
 * - `blob1` to `blob3`: environment, proxy, messageid. `blob4`: what has no column, as JSON.
 * - `blob5` and so on: the data collectors of texts, in the order of `analytics.json`; null for none.
 * - `double1`: the answer's status; `double2` and so on: the data collectors of numbers; 0 for none.
 */
export function dataPointOf(
  environment: string,
  collectors: readonly DataCollector[],
  { proxy, messageid, status, captured, statistics, errors }: AnalyticsRecord,
): AnalyticsEngineDataPoint {
  const all = new Map([...statistics, ...captured]);
  const taken = (kind: "text" | "number") =>
    collectors
      .filter(({ type }) => kindOf(type) === kind)
      .map(({ name }) => {
        const value = all.get(name) ?? null;
        const fits = kind === "text" || typeof value === "number" || value === null;
        if (fits) all.delete(name);
        return fits ? value : null;
      });
  const texts = taken("text").map((value) => (value === null ? null : String(value)));
  const numbers = taken("number").map((value) => (typeof value === "number" ? value : 0));
  if (errors !== null) all.set("dataCapturePolicyErrors", errors);
  return {
    indexes: [firstBytes(`${environment}/${proxy}`, LONGEST_INDEX)],
    blobs: [environment, proxy, messageid, restOf(all), ...texts],
    doubles: [status ?? 0, ...numbers],
  };
}

/** As many of the values as fit, as JSON. */
function restOf(values: ReadonlyMap<string, Collected>): string {
  const parts: string[] = [];
  let left = LONGEST_REST;
  for (const [name, value] of values) {
    const part = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    const size = Buffer.byteLength(part) + 1;
    if (size > left) continue;
    left -= size;
    parts.push(part);
  }
  return `{${parts.join(",")}}`;
}
