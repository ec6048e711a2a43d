import { readPrivateKey } from "../credentials/secrets/keys.ts";
import { RecentlyUsed } from "../stores/recently-used.ts";
import { SharedReads } from "../stores/shared-reads.ts";
import type { StoreContext } from "../stores/store-context.ts";
import { after } from "./after.ts";
import { type Bucket, bucketIndex, readBucket, unsealBucket } from "./bucket.ts";
import { type AppIdentifier, type Directory, DirectoryError, type Found } from "./directory.ts";
import { type EntityKinds, idOf, parseEntity } from "./directory-entry.ts";
import type { ApiProduct, App, AppGroup, Developer } from "./entities.ts";

/** The directory as the environment's document has it. */
export interface DeployedBuckets {
  /** The revisions of its parts. */
  readonly buckets: readonly string[];
  /** Whether they are sealed for the Worker's key. */
  readonly areSealed: boolean;
}

/** What an isolate keeps of directories: parts that were used longest ago go first. Bytes. */
const KEPT_BYTES = 12 * 1024 * 1024;

/** What a byte of JSON takes in memory once it is read, roughly. */
const BYTES_IN_MEMORY = 4;

/** How long KV may take. Milliseconds. */
const READ_TIMEOUT_MS = 5_000;

export interface DirectoryServices {
  readonly environment: string;
  /** The private key as JSON, as the Worker's secret `SECRETS_KEY` has it; undefined when there is none. */
  readonly privateKey: string | undefined;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
}

/** What an isolate knows of the directory; a part that the next deployed state has, too, stays. */
export class DirectoryMemory {
  readonly #services: DirectoryServices;
  readonly #parts = new RecentlyUsed<{ readonly part: Part; readonly size: number }>(
    KEPT_BYTES,
    ({ size }) => size,
  );
  readonly #reads = new SharedReads<Part>(READ_TIMEOUT_MS);
  #privateKey: Promise<CryptoKey> | null = null;

  constructor(services: DirectoryServices) {
    this.#services = services;
  }

  /** A part of a deployed state. Rejects with {@link DirectoryError}. */
  part(
    revision: string,
    areSealed: boolean,
    readRevision: (revision: string) => Promise<Uint8Array>,
    context: StoreContext,
  ): Part | Promise<Part> {
    const kept = this.#parts.get(revision);
    if (kept) return kept.part;
    const read = async () => {
      const stored = await readRevision(revision);
      const bytes = areSealed ? await unsealBucket(stored, await this.#key()) : stored;
      const part = new Part(readBucket(bytes, this.#services.environment));
      this.#parts.set(revision, { part, size: BYTES_IN_MEMORY * bytes.length });
      return part;
    };
    return this.#reads.get(revision, read, context).catch((cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const { environment, log } = this.#services;
      log({ level: "error", event: "clients.unreadable", environment, reason });
      throw new DirectoryError(`API products and apps cannot be read: ${reason}`, cause);
    });
  }

  #key(): Promise<CryptoKey> {
    this.#privateKey ??= readPrivateKey(this.#services.privateKey);
    return this.#privateKey;
  }
}

/** A part of a directory. Its entities are checked when they are asked for, once. */
class Part {
  readonly #bucket: Bucket;
  readonly #entities = new Map<string, unknown>();

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** The id that stands for another one; null where it does not. */
  see(id: string): string | null {
    return this.#bucket.get(id)?.see ?? null;
  }

  /** Null when there is none. Throws {@link DirectoryError} for one that is malformed. */
  entity<Kind extends keyof EntityKinds>(kind: Kind, id: string): EntityKinds[Kind] | null {
    const entry = this.#bucket.get(id);
    if (!entry) return null;
    const known = this.#entities.get(id) ?? parsed(kind, entry.entity);
    this.#entities.set(id, known);
    return known as EntityKinds[Kind];
  }
}

function parsed<Kind extends keyof EntityKinds>(kind: Kind, entity: unknown): EntityKinds[Kind] {
  try {
    return parseEntity(kind, entity);
  } catch (cause) {
    throw new DirectoryError(`A deployed ${kind} cannot be read.`, cause);
  }
}

/** The directory of one deployed state of an environment; null where it has none, which knows nobody. */
export class DeployedDirectory implements Directory {
  readonly #deployed: DeployedBuckets;
  readonly #readRevision: (revision: string) => Promise<Uint8Array>;
  readonly #memory: DirectoryMemory;

  constructor(
    deployed: DeployedBuckets | null,
    readRevision: (revision: string) => Promise<Uint8Array>,
    memory: DirectoryMemory,
  ) {
    this.#deployed = deployed ?? { buckets: [], areSealed: false };
    this.#readRevision = readRevision;
    this.#memory = memory;
  }

  app(by: AppIdentifier, context: StoreContext): Found<App> {
    if ("appId" in by) return this.#entity("app", idOf.app(by.appId), context);
    if ("consumerKey" in by) return this.#seen("app", idOf.appOfKey(by.consumerKey), context);
    const named = (owner: string) => this.#seen("app", idOf.appOfOwner(owner, by.appName), context);
    const developer = this.developer(by.owner, context);
    return after(developer, (found) => named(found?.developerId ?? by.owner));
  }

  developer(id: string, context: StoreContext): Found<Developer> {
    const byId = this.#entity("developer", idOf.developer(id), context);
    return after(byId, (found) => found ?? this.#seen("developer", idOf.developerOfEmail(id), context));
  }

  appGroup(name: string, context: StoreContext): Found<AppGroup> {
    return this.#entity("appGroup", idOf.appGroup(name), context);
  }

  product(name: string, context: StoreContext): Found<ApiProduct> {
    return this.#entity("product", idOf.product(name), context);
  }

  /** What another id stands for. */
  #seen<Kind extends keyof EntityKinds>(
    kind: Kind,
    id: string,
    context: StoreContext,
  ): Found<EntityKinds[Kind]> {
    const other = after(this.#part(id, context), (part) => part?.see(id) ?? null);
    return after(other, (see) => (see === null ? null : this.#entity(kind, see, context)));
  }

  #entity<Kind extends keyof EntityKinds>(
    kind: Kind,
    id: string,
    context: StoreContext,
  ): Found<EntityKinds[Kind]> {
    return after(this.#part(id, context), (part) => part?.entity(kind, id) ?? null);
  }

  /** Null where nothing is deployed. */
  #part(id: string, context: StoreContext): Part | null | Promise<Part | null> {
    const { buckets, areSealed } = this.#deployed;
    const revision = buckets[bucketIndex(id, buckets.length)];
    return revision === undefined
      ? null
      : this.#memory.part(revision, areSealed, this.#readRevision, context);
  }
}
