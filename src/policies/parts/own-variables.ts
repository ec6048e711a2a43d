import type { Value } from "../../expression/value.ts";
import { type FlowContext, StateKey } from "../../flow/context.ts";

/** The names that were set, by what they begin with. */
const setBefore = new StateKey<Map<string, readonly string[]>>();

/**
 * The variables below one prefix, which a policy sets from what somebody else has written. Names come from there as
 * well; so nothing is compared with the names of other variables.
 */
export class OwnVariables {
  readonly #prefix: string;

  /** @param prefix with the dot */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes away what an earlier run has left: it is not to be taken for something about this message. */
  clear(flow: FlowContext): void {
    for (const name of flow.kept(setBefore)?.get(this.#prefix) ?? []) flow.variables.delete(name);
  }

  set(flow: FlowContext, values: Iterable<readonly [string, Value]>): void {
    const names: string[] = [];
    for (const [name, value] of values) {
      if (value === null) continue;
      flow.variables.set(this.#prefix + name, value);
      names.push(this.#prefix + name);
    }
    const kept = flow.kept(setBefore) ?? new Map<string, readonly string[]>();
    flow.keep(setBefore, kept.set(this.#prefix, names));
  }
}
