import type { FlowContext } from "../../../flow/context.ts";
import type { CounterName } from "../../../stores/counters/counters.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { QuotaConfig } from "./read.ts";

/** Whose messages count together where nobody says whose they are. */
export const DEFAULT_IDENTIFIER = "_default";

type NameOf = (flow: FlowContext, identifier: string, group: string | null) => CounterName;

/**
 * The counters of a quota, by identifier and class.
 * @param context of that quota
 */
export function compileCounter(
  { sharedName }: QuotaConfig,
  { policy, sharedFlow }: Pick<PolicyContext, "policy" | "sharedFlow">,
): NameOf {
  const own = { kind: "quota", sharedFlow, name: policy } as const;
  const place =
    sharedName === "" ? own : ({ kind: "shared quota", sharedFlow: null, name: sharedName } as const);
  return ({ identity }, identifier, group) => ({ ...place, proxy: identity.proxy, identifier, group });
}
