import { compactVerify } from "jose";
import * as v from "valibot";
import {
  CALL_ALGORITHM,
  CALL_TYPE,
  CLOCK_TOLERANCE_MS,
  LONGEST_CALL,
  type SignedCall,
  signedCallSchema,
} from "../../../egress/bridge/protocol.ts";
import { Nonces } from "./nonces.ts";
import { Refusal } from "./refusal.ts";

/** How many calls of the last minute are remembered; a minute is how long one could be sent again. */
const REMEMBERED_CALLS = 200_000;

/** Lets in the calls that a gateway has signed for this bridge a moment ago, each once. */
export class Admission {
  readonly #addresses: ReadonlySet<string>;
  readonly #keys: readonly Uint8Array[];
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #nonces: Nonces;

  /** @param now epoch milliseconds */
  constructor(
    addresses: ReadonlySet<string>,
    keys: readonly Uint8Array[],
    now: () => number = Date.now,
    room = REMEMBERED_CALLS,
  ) {
    this.#addresses = addresses;
    this.#keys = keys;
    this.#now = now;
    this.#startedAt = now();
    this.#nonces = new Nonces(room, 2 * CLOCK_TOLERANCE_MS + 1000);
  }

  /** The call that a header carries. Rejects with {@link Refusal}; nothing is said of a call with another key. */
  async admit(signed: string | undefined): Promise<SignedCall> {
    if (!signed || signed.length > LONGEST_CALL) throw new Refusal("malformed", "There is no call.");
    const payload = await this.#verified(signed);
    // Nobody but a gateway comes this far.
    const call = v.safeParse(signedCallSchema, parsed(payload));
    if (!call.success) throw new Refusal("malformed", "The call is of another version.");
    const { aud, at, nonce } = call.output;
    if (!this.#addresses.has(aud)) {
      const message = `The call is for ${aud}, which is not among the addresses in the file of this bridge.`;
      throw new Refusal("address", message);
    }
    this.#checkTime(at);
    const verdict = this.#nonces.take(nonce, this.#now());
    if (verdict === "known") throw new Refusal("replay", "The same call has come before.");
    if (verdict === "full") throw new Refusal("busy", "More calls came in a minute than can be told apart.");
    return call.output;
  }

  async #verified(signed: string): Promise<Uint8Array> {
    for (const key of this.#keys) {
      try {
        const { payload, protectedHeader } = await compactVerify(signed, key, {
          algorithms: [CALL_ALGORITHM],
        });
        if (protectedHeader.typ === CALL_TYPE) return payload;
      } catch {
        // Another key may be the one: a new one is there before the old one goes.
      }
    }
    throw new Refusal("signature", "The call is not signed with a key of this bridge.");
  }

  #checkTime(at: number): void {
    const now = this.#now();
    if (!(Math.abs(now - at) <= CLOCK_TOLERANCE_MS)) {
      const iso = (time: number) =>
        Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : "no time at all";
      const message =
        `The call was signed at ${iso(at)}, and the clock here says ${iso(now)}: ` +
        `more than ${CLOCK_TOLERANCE_MS / 1000} seconds apart. Set the clocks.`;
      throw new Refusal("clock", message);
    }
    // What came before then is not remembered.
    if (at < this.#startedAt) throw new Refusal("restart", "The call was signed before this bridge started.");
  }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return null;
  }
}
