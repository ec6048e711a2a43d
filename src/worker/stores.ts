import { DeployedDirectory, DirectoryMemory } from "../clients/deployed-directory.ts";
import { EnvironmentTokens } from "../clients/tokens/environment-tokens.ts";
import { systemClock } from "../egress/deadline.ts";
import type { EnvironmentDocument } from "../environment/document.ts";
import type { ReadRevision } from "../environment/snapshot.ts";
import { EnvironmentCounters } from "../stores/counters/environment-counters.ts";
import { EnvironmentMaps, entriesOfMaps } from "../stores/environment-maps.ts";
import { SealedCache } from "../stores/shared-cache.ts";
import { StoredMaps } from "../stores/stored-maps.ts";
import { TwoLevelCache } from "../stores/two-level-cache.ts";
import { tokenStores } from "./issued-token.ts";
import { sharedCounter } from "./traffic-counter.ts";
import type { WorkerEnv } from "./worker-env.ts";

type Log = (line: Record<string, unknown>) => void;

/** What an isolate keeps for flows. */
export interface Stores {
  readonly storedMaps: StoredMaps;
  readonly caches: TwoLevelCache;
  /** Beside the deployed states: a deployment does not begin to count anew. */
  readonly counters: EnvironmentCounters;
  /** Beside the deployed states, as well. */
  readonly issuedTokens: EnvironmentTokens;
  /** The API products and apps of a deployed state. */
  directory(document: EnvironmentDocument, readRevision: ReadRevision): DeployedDirectory;
  /** The key value maps of a deployed state. */
  keyValueMaps(document: EnvironmentDocument): EnvironmentMaps;
}

/** The stores of a Worker. */
export function makeStores(env: WorkerEnv, log: Log): Stores {
  const storedMaps = new StoredMaps({
    kv: env.CONFIG,
    privateKey: env.SECRETS_KEY,
    log,
    after: (ms, then) => systemClock.after(ms, then),
  });
  const clients = new DirectoryMemory({
    environment: env.ENVIRONMENT,
    privateKey: env.SECRETS_KEY,
    log,
  });
  return {
    storedMaps,
    caches: new TwoLevelCache(sharedCache(env, log), log),
    counters: new EnvironmentCounters(env.ENVIRONMENT, {
      shared: sharedCounter(env),
      log,
      after: (ms, then) => systemClock.after(ms, then),
    }),
    issuedTokens: new EnvironmentTokens(env.ENVIRONMENT, { store: tokenStores(env), log }),
    directory: ({ directory }, readRevision) => new DeployedDirectory(directory, readRevision, clients),
    keyValueMaps: (document) =>
      new EnvironmentMaps(
        document,
        [...document.initialEntries, ...entriesOfMaps(document.keyValueMaps)],
        storedMaps,
        document.stores.keyValueMaps.private,
      ),
  };
}

/** Without a key to seal them with, entries of caches stay in the isolate. */
function sharedCache({ SEALING_KEY, ENVIRONMENT }: WorkerEnv, log: Log): SealedCache | null {
  if (SEALING_KEY === undefined) return null;
  try {
    return new SealedCache(() => caches.open("sortie"), SEALING_KEY, ENVIRONMENT);
  } catch (error) {
    log({
      level: "error",
      event: "cache.secret",
      reason: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}
