import type { ProxyProgram } from "../compile/program.ts";
import { type Clock, systemClock } from "../egress/deadline.ts";
import type { Lifetime } from "../flow/context.ts";
import { type Fault, faultType } from "../flow/fault.ts";
import {
  currentKey,
  type EnvironmentDocument,
  generationKey,
  parseDocument,
  revisionKey,
} from "./document.ts";
import type { ReadRevision, Snapshot } from "./snapshot.ts";

/** A proxy endpoint that is ready to run, and what follows its base path. */
export interface Serving {
  readonly program: ProxyProgram;
  readonly pathSuffix: string;
  /** Says whether a request's URL, as it came, has a path that the environment refuses; null when it refuses none. */
  readonly refusesPath: Snapshot["refusesPath"];
}

/** What the endpoint of a request is found by. */
type Asked = Pick<URL, "host" | "pathname">;

/** The part of a KV namespace that serving needs. `cacheTtl` is in seconds. */
export interface ConfigStore {
  get(key: string, options: { type: "json"; cacheTtl: number }): Promise<unknown>;
  get(key: string, options: { type: "arrayBuffer"; cacheTtl: number }): Promise<ArrayBuffer | null>;
}

/** How long a snapshot is used before a look at KV in the background, in milliseconds. */
export const REFRESH_AFTER_MS = 30_000;

/** How long a proxy that could not be loaded is left alone, in milliseconds. */
export const RETRY_AFTER_MS = 10_000;

/**
 * How long one read of KV may take, in milliseconds: several in a row must end before the platform ends what a
 * client that has left began.
 */
export const KV_TIMEOUT_MS = 5_000;

/** How many of the proxies in use are loaded before a new state takes over; a Worker may read KV only so often. */
const MOST_WARMED = 20;

/** How long Cloudflare may keep what it read, in seconds: the least it allows, and a day for what never changes. */
const CURRENT_TTL_S = 30;
const REVISION_TTL_S = 86_400;

/**
 * The environment that an isolate serves. A steady request reads KV zero times: the snapshot is in memory,
 * and a newer one is fetched in the background. On any trouble with KV the last good snapshot goes on.
 */
export class Environment {
  readonly name: string;
  /** What clients read while there is nothing to serve: a sentence without its full stop. */
  readonly whyNothing: string;
  readonly #store: ConfigStore;
  readonly #makeSnapshot: MakeSnapshot;
  readonly #clock: Pick<Clock, "after">;
  readonly #adopted: (document: EnvironmentDocument) => void;
  #snapshot: Snapshot | null = null;
  /** The snapshot before: serves proxies that the current one cannot load. */
  #previous: Snapshot | null = null;
  /** When proxies of the current snapshot could not be loaded, and why. */
  readonly #unloadable = new Map<string, { readonly at: number; readonly error: unknown }>();
  #checkedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  /** Why the last look failed; null when it did not. */
  #trouble: unknown = null;

  /**
   * @param adopted is told of each state that takes over
   * @param whyNothing one of {@link WHY_NOTHING}
   */
  constructor(
    name: string,
    store: ConfigStore,
    makeSnapshot: MakeSnapshot,
    adopted: (document: EnvironmentDocument) => void,
    whyNothing: string = WHY_NOTHING.deployed,
    clock: Pick<Clock, "after"> = systemClock,
  ) {
    this.name = name;
    this.#store = store;
    this.#makeSnapshot = makeSnapshot;
    this.#adopted = adopted;
    this.whyNothing = whyNothing;
    this.#clock = clock;
  }

  /**
   * The deployed state; null when nothing is deployed, or none could be read. Waits for KV only when there is
   * none in memory.
   */
  current(now: number, lifetime: Lifetime): Snapshot | null | Promise<Snapshot | null> {
    if (this.#snapshot && now - this.#checkedAt < REFRESH_AFTER_MS) return this.#snapshot;
    const looking = this.#look(now);
    // Others wait for it too, so it must go on when this client leaves.
    lifetime.waitUntil(looking);
    return this.#snapshot ?? looking.then(() => this.#snapshot);
  }

  /**
   * The proxy endpoint that serves a path, ready to run; null when there is none.
   * Faults: `sortie.ProxyUnavailable` and `sortie.NothingDeployed`.
   */
  endpoint(url: Asked, now: number, lifetime: Lifetime): Serving | null | Promise<Serving | null> {
    const snapshot = this.current(now, lifetime);
    if (snapshot instanceof Promise) {
      return snapshot.then((found) => this.#serving(found, url, now, lifetime));
    }
    return this.#serving(snapshot, url, now, lifetime);
  }

  #serving(
    snapshot: Snapshot | null,
    url: Asked,
    now: number,
    lifetime: Lifetime,
  ): Serving | null | Promise<Serving> {
    if (!snapshot && this.#trouble !== null) throw unavailable(this.#trouble);
    if (!snapshot) throw nothingDeployed(this.whyNothing);
    if (snapshot.pagesHost !== null && url.host === snapshot.pagesHost) return null;
    const path = url.pathname;
    const match = snapshot.match(path);
    if (!match) return null;
    const { pathSuffix, value } = match;
    const { refusesPath } = snapshot;
    const { name } = value.proxy;
    const failed = this.#unloadable.get(name);
    if (failed && now - failed.at < RETRY_AFTER_MS) {
      return this.#servingFromPrevious(name, path, failed.error, lifetime);
    }
    const program = snapshot.program(value, lifetime);
    if (!(program instanceof Promise)) return { program, pathSuffix, refusesPath };
    return program.then(
      (loaded) => ({ program: loaded, pathSuffix, refusesPath }),
      (error) => {
        logTrouble(this.name, error);
        if (snapshot === this.#snapshot) this.#unloadable.set(name, { at: now, error });
        return this.#servingFromPrevious(name, path, error, lifetime);
      },
    );
  }

  /** What the current state cannot load goes on as it was before. */
  async #servingFromPrevious(
    proxy: string,
    path: string,
    error: unknown,
    lifetime: Lifetime,
  ): Promise<Serving> {
    const match = this.#previous?.match(path);
    if (!this.#previous || match?.value.proxy.name !== proxy) throw unavailable(error);
    try {
      return {
        program: await this.#previous.program(match.value, lifetime),
        pathSuffix: match.pathSuffix,
        refusesPath: this.#previous.refusesPath,
      };
    } catch {
      throw unavailable(error);
    }
  }

  /** What a generation would serve, deployed or not; it does not take over. Rejects when it cannot be read. */
  async generation(number: number): Promise<Snapshot> {
    const options = { type: "json", cacheTtl: CURRENT_TTL_S } as const;
    const json = await this.#withinTime(this.#store.get(generationKey(this.name, number), options));
    return this.#snapshotOf(parseDocument(json));
  }

  /** Looks for a newer deployment, one that is there now. Never rejects: trouble is logged and changes nothing. */
  async refresh(now: number): Promise<void> {
    // A look that has begun may have read the state before.
    await this.#looking;
    await this.#look(now);
  }

  #look(now: number): Promise<void> {
    this.#checkedAt = now;
    this.#looking ??= this.#adoptNewer()
      .then(
        () => {
          this.#trouble = null;
        },
        (error) => {
          this.#trouble = error;
          logTrouble(this.name, error);
        },
      )
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #adoptNewer(): Promise<void> {
    const options = { type: "json", cacheTtl: CURRENT_TTL_S } as const;
    const json = await this.#withinTime(this.#store.get(currentKey(this.name), options));
    if (json === null) {
      if (this.#snapshot) throw new Error("the environment's document is missing");
      return;
    }
    const document = parseDocument(json);
    if (this.#snapshot && isSameDeployment(document, this.#snapshot.document)) return;
    const next = this.#snapshotOf(document);
    await this.#warm(next);
    this.#adopted(document);
    this.#previous = this.#snapshot;
    this.#snapshot = next;
    this.#unloadable.clear();
  }

  #snapshotOf(document: EnvironmentDocument): Snapshot {
    return this.#makeSnapshot(document, (revision) => this.#readRevision(revision));
  }

  /** What is in use must be loadable before the new state takes over. */
  async #warm(next: Snapshot): Promise<void> {
    const active = this.#snapshot?.active.slice(-MOST_WARMED) ?? [];
    const still = active.flatMap((name) => next.document.proxies.find(name) ?? []);
    await Promise.all(still.map((proxy) => next.load(proxy)));
  }

  async #readRevision(revision: string): Promise<Uint8Array> {
    const key = revisionKey(revision);
    const bytes =
      (await this.#read(key, REVISION_TTL_S)) ??
      // That it is missing is kept as long as what is there would be; a shorter time asks again.
      (await this.#read(key, CURRENT_TTL_S));
    if (!bytes) throw new Error(`revision ${revision} is missing in KV`);
    return new Uint8Array(bytes);
  }

  #read(key: string, cacheTtl: number): Promise<ArrayBuffer | null> {
    return this.#withinTime(this.#store.get(key, { type: "arrayBuffer", cacheTtl }));
  }

  #withinTime<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = this.#clock.after(KV_TIMEOUT_MS, () =>
      reject(new Error(`KV did not answer in ${KV_TIMEOUT_MS} ms`)),
    );
    return Promise.race([work, promise]).finally(callOff);
  }
}

/** How a deployed document becomes a snapshot. */
type MakeSnapshot = (document: EnvironmentDocument, readRevision: ReadRevision) => Snapshot;

/** After a rollback a generation's number may be given again. */
function isSameDeployment(one: EnvironmentDocument, other: EnvironmentDocument): boolean {
  return one.generation === other.generation && one.deployedAt === other.deployedAt;
}

/** Not Apigee's: the configuration of the proxy could not be loaded from KV. */
export const proxyUnavailable = faultType(
  "sortie.ProxyUnavailable",
  503,
  () => "The proxy cannot be loaded at the moment",
);

/** Why there is nothing to serve. Where `sortie dev` runs, nobody deploys: it waits for files without errors. */
export const WHY_NOTHING = {
  deployed: "Nothing is deployed yet",
  dev: "Nothing is served until the problems that sortie dev has printed in its terminal are put right",
};

/** Not Apigee's: nothing is deployed to the environment, or nothing has been loaded yet. */
export const nothingDeployed = faultType("sortie.NothingDeployed", 503, (why: string) => why);

const unavailable = (cause: unknown): Fault => proxyUnavailable().causedBy(cause);

function logTrouble(environment: string, error: unknown): void {
  console.error(
    JSON.stringify({
      level: "error",
      event: "configuration-trouble",
      environment,
      error: error instanceof Error ? error.message : String(error),
    }),
  );
}
