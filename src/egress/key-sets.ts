import type { CallOrigin } from "./audit/record.ts";
import type { TimeLimit } from "./call.ts";
import type { Egress } from "./egress.ts";
import { KEY_SET_LIMIT, KeySet, KeySetError } from "./key-set.ts";
import { sendForText } from "./small-answer.ts";

/** Keys in memory are good for that long, and renewed in the background before. Milliseconds. */
export const MAX_AGE_MS = 300_000;
export const RENEWED_AFTER_MS = 240_000;

/** After a key that is not in the set, the set is not asked for again for that long. Milliseconds. */
export const COOLDOWN_MS = 30_000;

/** How long a host that gave no keys is left alone, and how long its last good keys count then. Milliseconds. */
export const TROUBLE_REMEMBERED_MS = 3_000;
export const LAST_GOOD_MS = 24 * 60 * 60_000;

/** For the answer's headers, and again for its body. Milliseconds. */
export const TIMEOUT_MS = 5_000;

/** How many key sets an isolate keeps; those that gave no keys go first, and then the oldest. */
export const KEPT_SETS = 100;

/** Who asks for keys: how calls go out, and the exchange that they belong to. */
export interface KeySetCall {
  readonly egress: Egress;
  readonly by: CallOrigin;
  readonly exchange: TimeLimit & { now(): number; waitUntil(work: Promise<unknown>): void };
}

/** Public keys that others publish. */
export interface KeySets {
  /**
   * The keys at a URL: at once while those in memory are good. Asks again when none has that id, but not every
   * time. Rejects with {@link KeySetError}, whose cause is an EgressError where there was no answer.
   */
  at(url: string, kid: string, call: KeySetCall): KeySet | Promise<KeySet>;
}

interface Slot {
  readonly url: string;
  /** When it came is when it was asked for. */
  set: { readonly keys: KeySet; readonly at: number } | null;
  asking: { readonly answer: Promise<KeySet>; readonly at: number } | null;
  failure: { readonly error: KeySetError; readonly at: number } | null;
}

/** The key sets of an isolate, each asked for once at a time. */
export class PublishedKeySets implements KeySets {
  readonly #slots = new Map<string, Slot>();

  at(url: string, kid: string, call: KeySetCall): KeySet | Promise<KeySet> {
    const slot = this.#slots.get(url) ?? this.#addSlot(url);
    const now = call.exchange.now();
    const { set, failure } = slot;
    const age = set ? now - set.at : Number.POSITIVE_INFINITY;
    const isLeftAlone = failure !== null && now - failure.at < TROUBLE_REMEMBERED_MS;
    const isNews = set?.keys.named(kid).length === 0 && age >= COOLDOWN_MS;
    if (set && age < MAX_AGE_MS && !isNews) {
      if (age >= RENEWED_AFTER_MS && !isLeftAlone) this.#ask(slot, call).catch(() => {});
      return set.keys;
    }
    const lastGood = set && age < LAST_GOOD_MS ? set.keys : null;
    if (isLeftAlone)
      return failure.error.isRefusal
        ? Promise.reject(failure.error)
        : (lastGood ?? Promise.reject(failure.error));
    return this.#ask(slot, call).catch((error: KeySetError) => {
      if (lastGood && !error.isRefusal) return lastGood;
      throw error;
    });
  }

  /** Whoever asks first asks for all; one that the platform ended never answers, so that the next one asks itself. */
  async #ask(slot: Slot, call: KeySetCall): Promise<KeySet> {
    const { exchange } = call;
    const { asking } = slot;
    const patience = asking ? asking.at + 2 * TIMEOUT_MS - exchange.now() : 0;
    if (asking && patience > 0) {
      try {
        return await exchange.within(patience, asking.answer);
      } catch (error) {
        if (error instanceof KeySetError) throw error;
      }
    }
    const answer = this.#fetch(slot, call);
    const own = { answer, at: exchange.now() };
    slot.asking = own;
    exchange.waitUntil(
      answer
        .then(
          () => {},
          () => {},
        )
        .then(() => {
          if (slot.asking === own) slot.asking = null;
        }),
    );
    return answer;
  }

  async #fetch(slot: Slot, { egress, by, exchange }: KeySetCall): Promise<KeySet> {
    const at = exchange.now();
    try {
      const headers = new Headers({ accept: "application/json" });
      const call = { url: slot.url, method: "GET", headers, body: null, timeoutMs: TIMEOUT_MS, by };
      const { status, text } = await sendForText(egress, call, KEY_SET_LIMIT, exchange);
      if (status !== 200) throw new KeySetError(`The answer has status ${status}.`);
      const keys = new KeySet(text);
      slot.set = { keys, at };
      slot.failure = null;
      return keys;
    } catch (cause) {
      const error =
        cause instanceof KeySetError ? cause : new KeySetError("The key set cannot be had.", cause);
      slot.failure = { error, at: exchange.now() };
      throw error;
    }
  }

  /** Where there is no room left, a URL that has given no keys goes first: anybody can name such. */
  #addSlot(url: string): Slot {
    if (this.#slots.size >= KEPT_SETS) {
      const slots = [...this.#slots.values()];
      const out = slots.find(({ set }) => set === null) ?? slots[0];
      if (out) this.#slots.delete(out.url);
    }
    const slot: Slot = { url, set: null, asking: null, failure: null };
    this.#slots.set(url, slot);
    return slot;
  }
}
