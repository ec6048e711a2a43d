import { env } from "cloudflare:workers";
import { generateKeys, readPublicKey } from "../../../src/credentials/secrets/keys.ts";
import { type SecretPlace, secretKey } from "../../../src/credentials/secrets/place.ts";
import { sealSecret } from "../../../src/credentials/secrets/seal.ts";
import { type SecretKv, SecretStore } from "../../../src/credentials/secrets/store.ts";
import { Deadlines } from "../../../src/egress/deadline.ts";
import { ManualClock } from "../../egress/clock.ts";

/** A pair of keys, made once for each file. */
export const keys = await generateKeys();
export const publicKey = await readPublicKey(keys.publicJwk, "secrets-key.json");

/** Writes a sealed secret into KV, as the command does. */
export async function setSecret(place: SecretPlace, value: string): Promise<void> {
  await env.CONFIG.put(secretKey(place), await sealSecret(place, value, publicKey));
}

/** A store on the real KV namespace, which a test can watch, hold up and make fail, with a clock of its own. */
export function testStore(privateKey: string | undefined = keys.privateJwk) {
  const clock = new ManualClock();
  const log: Record<string, unknown>[] = [];
  const pending: Promise<unknown>[] = [];
  const state = { reads: 0, failure: null as Error | null, hold: Promise.resolve() };
  const kv: SecretKv = {
    async get(keys, options) {
      state.reads++;
      const { failure } = state;
      await state.hold;
      if (failure) throw failure;
      return env.CONFIG.get(keys, options);
    },
  };
  const store = new SecretStore({ kv, privateKey, log: (line) => log.push(line) });
  const deadlines = new Deadlines(clock);
  const context = {
    now: clock.now,
    within: <T>(ms: number, work: Promise<T>) => deadlines.within(ms, work),
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
  };
  return {
    clock,
    log,
    state,
    store,
    read: (source: string, names: readonly string[], environment = "test") =>
      store.read(environment, source, names, context),
    /** Settles when everything in the background has ended. */
    async settled(): Promise<void> {
      while (pending.length > 0) await pending.shift();
    },
  };
}
