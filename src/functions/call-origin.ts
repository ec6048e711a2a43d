import type { CallOrigin } from "../egress/audit/record.ts";
import type { Source } from "../sources/source.ts";
import type { FunctionPlan } from "./deployed.ts";
import type { LiveCall } from "./live-call.ts";

/** Who makes a call, for its record. */
export function originOfCall(
  { published }: FunctionPlan,
  source: Source | null,
  user: string | null,
): CallOrigin {
  return { kind: "function", name: published.name, proxy: null, source: source?.apiName ?? null, user };
}

/** The user for whom calls run; null when it is not known, as of calls for several users. */
export function userOf(calls: readonly LiveCall[]): string | null {
  const [user = null, ...others] = new Set(calls.map((call) => call.user));
  return others.length > 0 ? null : user;
}
