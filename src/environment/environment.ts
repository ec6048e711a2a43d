import type { ProxyProgram } from "../bundle/program.ts";
import type { Lifetime } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { currentKey, type EnvironmentDocument, parseDocument, revisionKey } from "./document.ts";
import type { ReadRevision, Snapshot } from "./snapshot.ts";

/** A proxy endpoint that is ready to run, and what follows its base path. */
export interface Serving {
  readonly program: ProxyProgram;
  readonly pathSuffix: string;
}

/** The part of a KV namespace that serving needs. */
export interface ConfigStore {
  get(key: string, type: "json"): Promise<unknown>;
  get(key: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
}

/** How long a snapshot is used before a look at KV in the background, in milliseconds. */
export const REFRESH_AFTER_MS = 30_000;

/** How long one read of KV may take, in milliseconds. */
const KV_TIMEOUT_MS = 5_000;

/**
 * The environment that an isolate serves. A steady request reads KV zero times: the snapshot is in memory,
 * and a newer one is fetched in the background. On any trouble with KV the last good snapshot goes on.
 */
export class Environment {
  readonly name: string;
  readonly #store: ConfigStore;
  readonly #makeSnapshot: (document: EnvironmentDocument, readRevision: ReadRevision) => Snapshot;
  #snapshot: Snapshot | null = null;
  /** The snapshot before: serves proxies that the current one cannot load. */
  #previous: Snapshot | null = null;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | null = null;

  constructor(
    name: string,
    store: ConfigStore,
    makeSnapshot: (document: EnvironmentDocument, readRevision: ReadRevision) => Snapshot,
  ) {
    this.name = name;
    this.#store = store;
    this.#makeSnapshot = makeSnapshot;
  }

  /** The deployed state; null when nothing is deployed. Waits for KV only when there is none in memory. */
  current(now: number, lifetime: Lifetime): Snapshot | null | Promise<Snapshot | null> {
    if (this.#snapshot && now - this.#checkedAt < REFRESH_AFTER_MS) return this.#snapshot;
    const refreshing = this.refresh(now);
    // Others wait for it too, so it must go on when this client leaves.
    lifetime.waitUntil(refreshing);
    return this.#snapshot ?? refreshing.then(() => this.#snapshot);
  }

  /** The proxy endpoint that serves a path, ready to run; null when there is none. */
  endpoint(path: string, now: number, lifetime: Lifetime): Serving | null | Promise<Serving | null> {
    const snapshot = this.current(now, lifetime);
    if (snapshot instanceof Promise) return snapshot.then((found) => this.#serving(found, path, lifetime));
    return this.#serving(snapshot, path, lifetime);
  }

  #serving(snapshot: Snapshot | null, path: string, lifetime: Lifetime): Serving | null | Promise<Serving> {
    const match = snapshot?.match(path);
    if (!snapshot || !match) return null;
    const { pathSuffix, value } = match;
    const program = snapshot.program(value, lifetime);
    if (!(program instanceof Promise)) return { program, pathSuffix };
    return program.then(
      (loaded) => ({ program: loaded, pathSuffix }),
      (error) => this.#servingFromPrevious(value.proxy.name, path, error, lifetime),
    );
  }

  /** What the current state cannot load goes on as it was before. */
  async #servingFromPrevious(
    proxy: string,
    path: string,
    error: unknown,
    lifetime: Lifetime,
  ): Promise<Serving> {
    logTrouble(this.name, error);
    const match = this.#previous?.match(path);
    if (!this.#previous || match?.value.proxy.name !== proxy) {
      throw new Fault("sortie.ProxyUnavailable", "The proxy cannot be loaded at the moment", {
        cause: error,
      });
    }
    const program = await this.#previous.program(match.value, lifetime);
    return { program, pathSuffix: match.pathSuffix };
  }

  /** Looks for a newer deployment. Never rejects: trouble is logged and changes nothing. */
  refresh(now: number): Promise<void> {
    this.#checkedAt = now;
    this.#refreshing ??= this.#adoptNewer()
      .catch((error) => logTrouble(this.name, error))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #adoptNewer(): Promise<void> {
    const json = await withinTime(this.#store.get(currentKey(this.name), "json"));
    if (json === null) {
      if (this.#snapshot) throw new Error("the environment's document is missing");
      return;
    }
    const document = parseDocument(json);
    if (document.generation === this.#snapshot?.document.generation) return;
    const next = this.#makeSnapshot(document, (revision) => this.#readRevision(revision));
    await this.#warm(next);
    this.#previous = this.#snapshot;
    this.#snapshot = next;
  }

  /** What is in use must be loadable before the new state takes over. */
  async #warm(next: Snapshot): Promise<void> {
    const active = new Set(this.#snapshot?.active);
    await Promise.all(
      next.document.proxies.filter(({ name }) => active.has(name)).map((proxy) => next.load(proxy)),
    );
  }

  async #readRevision(revision: string): Promise<Uint8Array> {
    const bytes = await withinTime(this.#store.get(revisionKey(revision), "arrayBuffer"));
    if (!bytes) throw new Error(`revision ${revision} is missing in KV`);
    return new Uint8Array(bytes);
  }
}

function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`KV did not answer in ${KV_TIMEOUT_MS} ms`)),
    KV_TIMEOUT_MS,
  );
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function logTrouble(environment: string, error: unknown): void {
  console.error(
    JSON.stringify({
      event: "configuration-trouble",
      environment,
      error: error instanceof Error ? error.message : String(error),
    }),
  );
}
