/** What became of a nonce: `full` when there is no room to remember it. */
export type NonceVerdict = "new" | "known" | "full";

/**
 * Remembers nonces for as long as the calls that carry them could be sent again. It forgets none before that: when it
 * is full, it takes no more.
 */
export class Nonces {
  /** When each may be forgotten, the earliest first. */
  readonly #until = new Map<string, number>();
  readonly #room: number;
  readonly #lifetimeMs: number;

  constructor(room: number, lifetimeMs: number) {
    this.#room = room;
    this.#lifetimeMs = lifetimeMs;
  }

  /** @param now epoch milliseconds */
  take(nonce: string, now: number): NonceVerdict {
    for (const [old, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(old);
    }
    if (this.#until.has(nonce)) return "known";
    if (this.#until.size >= this.#room) return "full";
    this.#until.set(nonce, now + this.#lifetimeMs);
    return "new";
  }
}
