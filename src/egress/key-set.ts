import * as v from "valibot";
import { EgressError } from "./error.ts";

/** A JSON Web Key Set that is none. The message says why and shows nothing of it. */
export class KeySetError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KeySetError";
  }

  /** Whether the egress policy refused to ask for it: then keys that came before do not count either. */
  get isRefusal(): boolean {
    return this.cause instanceof EgressError && this.cause.kind === "refused";
  }
}

/** The longest key set that is read, in bytes or UTF-16 units. */
export const KEY_SET_LIMIT = 1024 * 1024;

/** A public key of a set: what its type needs, and for what it is meant. */
export interface PublicJwk {
  readonly kty: string;
  readonly kid?: string | undefined;
  readonly use?: string | undefined;
  readonly key_ops?: readonly string[] | undefined;
  readonly alg?: string | undefined;
  readonly crv?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}

const text = v.optional(v.string());
const keySchema = v.object({
  kty: v.string(),
  kid: text,
  use: text,
  key_ops: v.optional(v.array(v.string())),
  alg: text,
  crv: text,
  n: text,
  e: text,
  x: text,
  y: text,
});
const setSchema = v.object({ keys: v.array(v.unknown()) });

/** The public keys that somebody publishes, by their ids. Format: RFC 7517. */
export class KeySet {
  readonly #keys = new Map<string, PublicJwk[]>();

  /**
   * Keys of another form are left out, as the RFC says, and so are those without an id: nobody can name them.
   * Throws {@link KeySetError}.
   */
  constructor(json: string) {
    if (json.length > KEY_SET_LIMIT) throw new KeySetError("The key set is too long.");
    for (const candidate of keysOf(json)) {
      const { success, output } = v.safeParse(keySchema, candidate);
      if (!success || output.kid === undefined) continue;
      const known = this.#keys.get(output.kid);
      if (known) known.push(output);
      else this.#keys.set(output.kid, [output]);
    }
  }

  /** The keys of an id; more than one when ids are given twice. */
  named(kid: string): readonly PublicJwk[] {
    return this.#keys.get(kid) ?? [];
  }
}

function keysOf(json: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new KeySetError("The key set is not JSON.", cause);
  }
  const { success, output } = v.safeParse(setSchema, value);
  if (!success) throw new KeySetError('The key set has no list "keys".');
  return output.keys;
}
