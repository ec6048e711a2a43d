import { readPrivateKey } from "../credentials/secrets/keys.ts";
import { RecentlyUsed } from "../stores/recently-used.ts";
import { SharedReads } from "../stores/shared-reads.ts";
import type { StoreContext } from "../stores/store-context.ts";
import { after } from "./after.ts";
import { type Bucket, bucketIndex, readBucket, unsealBucket } from "./bucket.ts";
import { type AppIdentifier, type Directory, DirectoryError, type Found } from "./directory.ts";
import { type EntityKinds, idOf, parseEntity } from "./directory-entry.ts";
import type { ApiProduct, App, AppGroup, Developer } from "./entities.ts";

/** The directory as the environment's document has it: the revisions of its parts. */
export interface DeployedBuckets {
  readonly entities: readonly string[];
  /**
   * By what else than their ids they are found. Apart, so that keys that nobody has, of which somebody may send many, make
   * no isolate forget the entities that it uses.
   */
  readonly index: readonly string[];
  /** Whether they are sealed for the Worker's key. */
  readonly areSealed: boolean;
}

/** What an isolate keeps of directories: parts that were used longest ago go first. Bytes. */
const KEPT_BYTES = { entities: 8 * 1024 * 1024, index: 6 * 1024 * 1024 };

/** What a byte of JSON takes in memory once it is read, roughly. */
const BYTES_IN_MEMORY = 4;

/** How long KV may take. Milliseconds. */
const READ_TIMEOUT_MS = 5_000;

/** How long a part that cannot be opened is left alone, and of how many an isolate remembers that. Milliseconds. */
export const RETRY_AFTER_MS = 10_000;
const MOST_FAILURES = 1_000;

export interface DirectoryServices {
  readonly environment: string;
  /** The private key as JSON, as the Worker's secret `SECRETS_KEY` has it; undefined when there is none. */
  readonly privateKey: string | undefined;
  /** Takes one structured line. */
  readonly log: (line: Record<string, unknown>) => void;
}

/** A part that a deployed state names. */
interface PlacedPart {
  readonly kind: "entities" | "index";
  readonly revision: string;
  readonly isSealed: boolean;
  readonly readRevision: (revision: string) => Promise<Uint8Array>;
}

/** What an isolate knows of the directory; a part that the next deployed state has, too, stays. */
export class DirectoryMemory {
  readonly #services: DirectoryServices;
  readonly #parts = {
    entities: partsUpTo(KEPT_BYTES.entities),
    index: partsUpTo(KEPT_BYTES.index),
  };
  readonly #reads = new SharedReads<Part>(READ_TIMEOUT_MS);
  /** Until when parts are left alone, and why. */
  readonly #failures = new RecentlyUsed<{ readonly error: DirectoryError; readonly until: number }>(
    MOST_FAILURES,
    () => 1,
  );
  #privateKey: Promise<CryptoKey> | null = null;

  constructor(services: DirectoryServices) {
    this.#services = services;
  }

  /** A part of a deployed state. Rejects, or throws, with {@link DirectoryError}. */
  part(place: PlacedPart, context: StoreContext): Part | Promise<Part> {
    const { kind, revision } = place;
    const kept = this.#parts[kind].get(revision);
    if (kept) return kept.part;
    const failure = this.#failures.get(revision);
    if (failure && context.now() < failure.until) throw failure.error;
    const read = async () => {
      const stored = await place.readRevision(revision).catch((cause) => {
        throw this.#unreadable(cause);
      });
      const opened = await this.#open(stored, place.isSealed).catch((cause) => {
        const error = this.#unreadable(cause);
        this.#failures.set(revision, { error, until: context.now() + RETRY_AFTER_MS });
        throw error;
      });
      this.#parts[kind].set(revision, opened);
      return opened.part;
    };
    return this.#reads.get(revision, read, context).catch((cause) => {
      throw cause instanceof DirectoryError ? cause : this.#unreadable(cause);
    });
  }

  async #open(
    stored: Uint8Array,
    isSealed: boolean,
  ): Promise<{ readonly part: Part; readonly size: number }> {
    const bytes = isSealed ? await unsealBucket(stored, await this.#key()) : stored;
    const part = new Part(readBucket(bytes, this.#services.environment));
    return { part, size: BYTES_IN_MEMORY * bytes.length };
  }

  /** Says in the log why not, without a word of what is in it. */
  #unreadable(cause: unknown): DirectoryError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const { environment, log } = this.#services;
    log({ level: "error", event: "clients.unreadable", environment, reason });
    return new DirectoryError(`API products and apps cannot be read: ${reason}`, cause);
  }

  #key(): Promise<CryptoKey> {
    this.#privateKey ??= readPrivateKey(this.#services.privateKey);
    return this.#privateKey;
  }
}

function partsUpTo(bytes: number) {
  return new RecentlyUsed<{ readonly part: Part; readonly size: number }>(bytes, ({ size }) => size);
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

/** What the library says of a malformed one would quote it. */
function parsed<Kind extends keyof EntityKinds>(kind: Kind, entity: unknown): EntityKinds[Kind] {
  try {
    return parseEntity(kind, entity);
  } catch {
    throw new DirectoryError(`A deployed ${kind} is malformed.`);
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
    this.#deployed = deployed ?? { entities: [], index: [], areSealed: false };
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
    const other = after(this.#part("index", id, context), (part) => part?.see(id) ?? null);
    return after(other, (see) => {
      if (see === null) return null;
      return after(this.#entity(kind, see, context), (entity) => {
        if (entity === null) throw new DirectoryError(`A deployed ${kind} is missing.`);
        return entity;
      });
    });
  }

  #entity<Kind extends keyof EntityKinds>(
    kind: Kind,
    id: string,
    context: StoreContext,
  ): Found<EntityKinds[Kind]> {
    return after(this.#part("entities", id, context), (part) => part?.entity(kind, id) ?? null);
  }

  /** Null where nothing is deployed. */
  #part(kind: PlacedPart["kind"], id: string, context: StoreContext): Part | null | Promise<Part | null> {
    const { [kind]: revisions, areSealed: isSealed } = this.#deployed;
    const revision = revisions[bucketIndex(id, revisions.length)];
    if (revision === undefined) return null;
    return this.#memory.part({ kind, revision, isSealed, readRevision: this.#readRevision }, context);
  }
}
