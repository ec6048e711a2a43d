import type { Report } from "../documents/report.ts";
import { loadPolicyTypes } from "../policies/index.ts";
import { openBundle } from "./bundle.ts";
import type { Bundle } from "./model.ts";

/** As `openBundle`, with its policies. Loads the code of their types, where it is not there yet. */
export async function loadBundle(
  files: ReadonlyMap<string, Uint8Array>,
  report: Report,
): Promise<Bundle | null> {
  const opened = openBundle(files, report);
  return opened?.read(await loadPolicyTypes(opened.policyTypes)) ?? null;
}
