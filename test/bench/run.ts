/**
 * Measures the gateway against hand-written Workers, on loopback, and prints a table:
 * `node test/bench/run.ts [--quick] [--json | --markdown]`, the last as the table of docs/performance.md. The environment's audit.json has no calls recorded, because the
 * hand-written Workers record none either.
 */
import { parseArgs } from "node:util";
import { startBackend } from "./backend-process.ts";
import { measure } from "./cases.ts";
import { loadCore, pinSelf } from "./cores.ts";
import type { Measurement } from "./measurement.ts";

const options = {
  quick: { type: "boolean" },
  json: { type: "boolean" },
  markdown: { type: "boolean" },
} as const;
const { quick, json, markdown } = parseArgs({ options }).values;
const effort = quick ? { rounds: 1, seconds: 1 } : { rounds: 15, seconds: 2 };

pinSelf(loadCore);
await startBackend();
const results: Measurement[] = [];
for await (const measurement of measure(effort)) {
  results.push(measurement);
  if (!json) console.log(markdown ? tableRow(measurement) : row(measurement));
}
if (json) console.log(JSON.stringify(byName(results), null, 2));
process.exit();

function row({ name, ratio, unit, target }: Measurement): string {
  return `${name.padEnd(28)} ${ratio.toPrecision(3).padStart(8)}  ${bound(ratio, target).padEnd(16)} ${unit}`;
}

function tableRow({ name, ratio, unit, target }: Measurement): string {
  return `| ${name}: ${unit} | ${ratio.toPrecision(3)} | ${target ? aimOf(target) : ""} |`;
}

function bound(ratio: number, target: Measurement["target"]): string {
  if (target === undefined) return "";
  const isKept = "atLeast" in target ? ratio >= target.atLeast : ratio <= target.atMost;
  return `${aimOf(target)} ${isKept ? "kept" : "missed"}`;
}

function aimOf(target: NonNullable<Measurement["target"]>): string {
  return "atLeast" in target ? `≥ ${target.atLeast.toFixed(2)}` : `≤ ${target.atMost.toFixed(2)}`;
}

function byName(measurements: readonly Measurement[]): Record<string, { ratio: number; unit: string }> {
  return Object.fromEntries(measurements.map(({ name, ratio, unit }) => [name, { ratio, unit }]));
}
