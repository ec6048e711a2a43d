import type { Change } from "../../environment/deployment.ts";

/** One line for each change, such as `changed    proxy orders-v1`. */
export function formatChanges(changes: readonly Change[]): string {
  return changes.map(({ kind, what }) => `${kind.padEnd("unchanged".length)}  ${what}\n`).join("");
}
