import type { Collected } from "../../../egress/analytics/record.ts";
import type { Fault } from "../../../flow/fault.ts";
import { type CaptureError, cutValue, MOST_VALUES } from "../../parts/collected.ts";
import { type FaultName, faults } from "./faults.ts";
import type { Captured } from "./value.ts";

const limits: ReadonlySet<FaultName> = new Set(["VariableCountLimitExceeded", "VariableValueLimitExceeded"]);

/** What `dataCapturePolicyErrors` calls errors in another way than the fault; the page has the first two. */
const errorTypes: Partial<Record<FaultName, string>> = {
  DataCollectorTypeMismatch: "TypeMismatch",
  VariableValueLimitExceeded: "MaxValueSizeLimitReached",
  VariableCountLimitExceeded: "MaxVariableCountLimitReached",
};

interface Failure {
  readonly name: FaultName;
  readonly collector: string;
  readonly fault: Fault;
}

/** One execution of a policy: what it takes, held to the limits, and what it fails with. */
export class Attempt {
  readonly #policy: string;
  readonly #earlier: ReadonlyMap<string, Collected>;
  readonly #taken = new Map<string, Collected>();
  readonly #failures: Failure[] = [];
  /** How many more data collectors may have a value. */
  #room: number;

  /** @param earlier what the exchange has captured before */
  constructor(policy: string, earlier: ReadonlyMap<string, Collected>) {
    this.#policy = policy;
    this.#earlier = earlier;
    this.#room = MOST_VALUES - earlier.size;
  }

  take(collector: string, { value, failed, cause }: Captured): void {
    if (failed !== undefined) this.#fail(failed, collector, cause);
    if (value === undefined) return;
    const isNew = !this.#taken.has(collector) && !this.#earlier.has(collector);
    if (isNew && --this.#room < 0) {
      // Said once, whatever else there is no room for.
      if (this.#room === -1) this.#fail("VariableCountLimitExceeded", collector);
      return;
    }
    const cut = cutValue(value);
    if (cut !== value) this.#fail("VariableValueLimitExceeded", collector);
    this.#taken.set(collector, cut);
  }

  get errors(): CaptureError[] {
    return this.#failures.map(({ name, collector }) => ({
      errorType: errorTypes[name] ?? name,
      policyName: this.#policy,
      dataCollector: collector,
    }));
  }

  /** What is captured, which is nothing when a limit is a fault and was reached; and the fault, if it is one. */
  result(throwOnLimit: boolean): { captured: ReadonlyMap<string, Collected>; fault: Fault | null } {
    const isLimit = ({ name }: Failure) => limits.has(name);
    const isOver = throwOnLimit && this.#failures.some(isLimit);
    const thrown = this.#failures.find((failure) => throwOnLimit || !isLimit(failure));
    return { captured: isOver ? new Map() : this.#taken, fault: thrown?.fault ?? null };
  }

  #fail(name: FaultName, collector: string, cause?: unknown): void {
    this.#failures.push({ name, collector, fault: faults[name](this.#policy, collector).causedBy(cause) });
  }
}
