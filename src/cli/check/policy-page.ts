import { join, relative } from "node:path";
import { policyTypes } from "../../policies/all.ts";
import { packageRoot } from "../publish/package-root.ts";

/**
 * Where it is written what runs of a policy type: the path of its page from the current folder.
 * Null for a type that Sortie does not have.
 */
export function policyPage(type: string | null): string | null {
  if (type === null || !policyTypes.has(type)) return null;
  return relative(process.cwd(), join(packageRoot(), "docs", "policies", `${type}.md`));
}
