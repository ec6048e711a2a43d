import type { Report } from "../documents/report.ts";
import { loadPolicyTypes } from "../policies/index.ts";
import { withLateParts } from "../text/late.ts";
import { openBundle } from "./bundle.ts";
import type { Bundle } from "./model.ts";

/**
 * As `openBundle`, with its policies. Loads the code of their types, and what else the bundle needs, where it is not
 * there yet; what is wrong with the bundle may be reported twice then.
 */
export async function loadBundle(
  files: ReadonlyMap<string, Uint8Array>,
  report: Report,
): Promise<Bundle | null> {
  const opened = await withLateParts(() => openBundle(files, report));
  if (opened === null) return null;
  const types = await loadPolicyTypes(opened.policyTypes);
  return withLateParts(() => opened.read(types));
}
