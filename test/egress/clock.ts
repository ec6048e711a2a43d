import type { Clock } from "../../src/egress/deadline.ts";

/** A clock whose time passes only when a test says so. */
export class ManualClock implements Clock {
  /** How often a timer was set. */
  timersSet = 0;
  #now: number;
  readonly #timers = new Set<{ at: number; action: () => void }>();

  /** @param start epoch milliseconds */
  constructor(start = 1_000_000) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly after = (ms: number, action: () => void): (() => void) => {
    const timer = { at: this.#now + ms, action };
    this.timersSet++;
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass and runs what falls due, in order, each at its own time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#timers.delete(due);
      this.#now = due.at;
      due.action();
    }
    this.#now = end;
  }

  #next(end: number) {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
