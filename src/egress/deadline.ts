import { EgressError } from "./error.ts";

/** Time, passed in so that tests decide when it passes. Milliseconds. */
export interface Clock {
  now(): number;
  /** Runs `action` once after `ms`; the function that comes back calls it off. */
  after(ms: number, action: () => void): () => void;
}

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** A piece of work that has not ended yet, and when its time is up. */
interface Pending {
  readonly at: number;
  readonly ms: number;
  reject(error: EgressError): void;
}

/**
 * The deadlines of one client request and all outbound calls it makes. Setting a timer is what time limits
 * cost in workerd, so at most one is armed, for the nearest deadline, and it stays armed when the work ends
 * early: the next call's deadline is later, and the timer moves on to it when it fires.
 *
 * One client request, one `Deadlines`: workerd does not let a timer of one request settle another's promise.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #pending = new Set<Pending>();
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: () => void = () => {};

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * Settles like `work`, or rejects with an {@link EgressError} of kind `timeout` when that takes longer
   * than `ms`. The work itself goes on: whoever started it lets go of what it brings late.
   */
  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const now = this.#clock.now();
      const pending = { at: now + ms, ms, reject };
      this.#pending.add(pending);
      if (pending.at < this.#armedFor) this.#arm(pending.at, now);
      work.then(
        (value) => {
          this.#pending.delete(pending);
          resolve(value);
        },
        (error) => {
          this.#pending.delete(pending);
          reject(error);
        },
      );
    });
  }

  #arm(at: number, now: number): void {
    this.#disarm();
    this.#armedFor = at;
    this.#disarm = this.#clock.after(Math.max(0, at - now), () => this.#expire());
  }

  #expire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let nearest = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending) {
      if (pending.at <= now) {
        this.#pending.delete(pending);
        pending.reject(new EgressError("timeout", `No answer within ${pending.ms} ms.`));
      } else nearest = Math.min(nearest, pending.at);
    }
    if (nearest < Number.POSITIVE_INFINITY) this.#arm(nearest, now);
  }
}
