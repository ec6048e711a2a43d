/** How often KV takes a write of the same key: once a second. Milliseconds. */
const BETWEEN_WRITES_MS = 1_100;

/** How often a write is tried. */
const ATTEMPTS = 3;

/** After this the platform has ended a write that has not settled. Milliseconds. */
const LOST_AFTER_MS = 30_000;

/** The writes of one key: one that is on its way, and the newest of those that came since. */
interface Line {
  running: Promise<void>;
  /** Epoch milliseconds. */
  readonly since: number;
  next: { write: () => Promise<void>; readonly done: Promise<void> } | null;
}

/**
 * Writes of the same key go one after the other, and of those that wait only the newest is made: whoever came
 * before it is served by it. So a key that many write comes through with its last value.
 */
export class WriteQueue {
  readonly #lines = new Map<string, Line>();
  readonly #after: (ms: number, then: () => void) => unknown;

  /** @param after calls a function after some milliseconds */
  constructor(after: (ms: number, then: () => void) => unknown) {
    this.#after = after;
  }

  /**
   * Resolves once this value, or a newer one, is written; rejects when that fails again and again.
   * @param now epoch milliseconds
   */
  write(key: string, now: number, write: () => Promise<void>): Promise<void> {
    const line = this.#lines.get(key);
    if (!line || now - line.since > LOST_AFTER_MS) return this.#begin(key, now, write);
    if (line.next) {
      line.next.write = write;
      return line.next.done;
    }
    const next: NonNullable<Line["next"]> = {
      write,
      done: line.running.catch(() => {}).then(() => this.#begin(key, now, next.write)),
    };
    line.next = next;
    return next.done;
  }

  #begin(key: string, since: number, write: () => Promise<void>): Promise<void> {
    const line: Line = { running: this.#persistently(write), since, next: null };
    this.#lines.set(key, line);
    return line.running.finally(() => {
      if (this.#lines.get(key) === line && line.next === null) this.#lines.delete(key);
    });
  }

  async #persistently(write: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write();
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await new Promise<void>((resolve) => this.#after(BETWEEN_WRITES_MS, resolve));
      }
    }
  }
}
