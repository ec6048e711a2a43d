import type { FlowContext } from "../../../flow/context.ts";
import type { Count, CountRule } from "../../../stores/counters/count.ts";
import type { CounterName } from "../../../stores/counters/counters.ts";

/** What is allowed where nothing is refused: as much as a Java long holds. */
const EVERYTHING = 2n ** 63n - 1n;

const COUNTS = ["allowed", "used", "available", "exceed", "total.exceed"] as const;

/** Sets what a Quota says of its counter, whether a message passes or not. Apigee: "Quota policy" (flow variables). */
export function compileVariables(policy: string, mode: CountRule["mode"], isRolling: boolean) {
  const prefix = `ratelimit.${policy}`;
  const names = COUNTS.map((count) => `${prefix}.${count}.count`);
  const ofClass = COUNTS.map((count) => `${prefix}.class.${count}.count`);
  const [expiry, identifier, group] = [`${prefix}.expiry.time`, `${prefix}.identifier`, `${prefix}.class`];
  return ({ variables }: FlowContext, name: CounterName, most: number, counted: Count) => {
    const allowed = mode === "count" ? EVERYTHING : BigInt(most);
    const used = BigInt(counted.used);
    const exceed = counted.isExceeded ? 1n : 0n;
    const counts = [allowed, used, used < allowed ? allowed - used : 0n, exceed, exceed];
    for (const [index, count] of counts.entries()) {
      variables.set(names[index] ?? "", count);
      if (name.group !== null) variables.set(ofClass[index] ?? "", count);
    }
    // A rolling window never begins anew.
    if (!isRolling) variables.set(expiry, BigInt(counted.resetsAt));
    variables.set(identifier, name.identifier);
    if (name.group !== null) variables.set(group, name.group);
  };
}
