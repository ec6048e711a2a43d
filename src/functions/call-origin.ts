import type { CallOrigin } from "../egress/audit.ts";
import type { Source } from "../sources/source.ts";
import type { FunctionPlan } from "./deployed.ts";

/** Who makes a call, for its record. */
export function originOfCall(
  { published }: FunctionPlan,
  source: Source | null,
  user: string | null,
): CallOrigin {
  return { kind: "function", name: published.name, proxy: null, source: source?.apiName ?? null, user };
}
