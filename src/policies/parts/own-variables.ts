import type { Value } from "../../expression/value.ts";
import { type FlowContext, StateKey } from "../../flow/context.ts";

/** The names that were set, by what they begin with. */
const setBefore = new StateKey<Map<string, readonly string[]>>();

/** How many names are kept ready, and how long they are at most: whoever writes messages chooses names, too. */
const MOST_NAMES = 500;
const LONGEST_NAME = 64;

/** What is told: in a group, whose text ends with a dot if there is one, what has which value. */
export type Told = readonly [group: string, name: string, value: Value];

/**
 * The variables below one prefix, which a policy sets from what somebody else has written. Names come from there as
 * well; so nothing is compared with the names of other variables.
 */
export class OwnVariables {
  readonly #prefix: string;
  /** Whole names by group and name: putting them together for each message costs more than all else. */
  readonly #names = new Map<string, Map<string, string>>();

  /** @param prefix with the dot */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes away what an earlier run has left: it is not to be taken for something about this message. */
  clear(flow: FlowContext): void {
    for (const name of flow.kept(setBefore)?.get(this.#prefix) ?? []) flow.variables.delete(name);
  }

  set(flow: FlowContext, values: Iterable<Told>): void {
    const names: string[] = [];
    for (const [group, short, value] of values) {
      if (value === null) continue;
      const name = this.#nameOf(group, short);
      flow.variables.set(name, value);
      names.push(name);
    }
    const kept = flow.kept(setBefore) ?? new Map<string, readonly string[]>();
    flow.keep(setBefore, kept.set(this.#prefix, names));
  }

  #nameOf(group: string, short: string): string {
    const names = this.#names.get(group) ?? new Map<string, string>();
    const known = names.get(short);
    if (known !== undefined) return known;
    const name = this.#prefix + group + short;
    if (names.size < MOST_NAMES && short.length <= LONGEST_NAME)
      this.#names.set(group, names.set(short, name));
    return name;
  }
}
