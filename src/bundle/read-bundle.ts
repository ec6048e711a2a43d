import type { Report } from "../documents/report.ts";
import { policyTypes } from "../policies/all.ts";
import { openBundle } from "./bundle.ts";
import type { Bundle } from "./model.ts";
import { propertySetReader } from "./resources.ts";

await propertySetReader.load();

/** As `openBundle`, with its policies, where the code of all policy types is at hand. */
export function readBundle(files: ReadonlyMap<string, Uint8Array>, report: Report): Bundle | null {
  return openBundle(files, report)?.read(policyTypes) ?? null;
}
