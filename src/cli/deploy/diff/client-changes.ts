import { type Bucket, bucketIndex, readBucket, unsealBucket } from "../../../clients/bucket.ts";
import { directoryEntries, type EntityEntry, type EntityKinds } from "../../../clients/directory-entry.ts";
import type { App, Credential } from "../../../clients/entities.ts";
import type { ClientEntities } from "../../../clients/read-clients.ts";
import { readPrivateKey } from "../../../credentials/secrets/keys.ts";
import type { DeploymentPlan } from "../../../environment/deployment.ts";
import type { EnvironmentDocument } from "../../../environment/document.ts";
import type { Difference, ReadRevision } from "./difference.ts";
import { fileChanges } from "./file-changes.ts";

/** Of how many products, developers and apps it is said that they change; the others are counted. */
const MOST_CHANGES = 100;

/** How many parts of what is deployed are read: Cloudflare answers only so often. */
const MOST_READ = 200;

type Entities = ReadonlyMap<string, EntityKinds[keyof EntityKinds]>;

/**
 * What a plan would change of API products, developers and apps, each as a text of its own, without keys and secrets; null
 * where nothing changes. What is deployed is sealed, so that it takes the Worker's private key to say more than that.
 * @param clients what the plan deploys
 * @param privateKey as the Worker's SECRETS_KEY; undefined when it is not known here
 */
export async function clientChanges(
  { document, previous }: Pick<DeploymentPlan, "document" | "previous">,
  clients: ClientEntities,
  readRevision: ReadRevision,
  privateKey: string | undefined,
): Promise<Difference | null> {
  const [old, now] = [previous?.directory?.entities ?? [], document.directory?.entities ?? []];
  // Of parts that are in both, nothing changes.
  const removed = old.filter((revision) => !now.includes(revision));
  const added = new Set(now.filter((revision) => !old.includes(revision)));
  if (removed.length + added.size === 0) return null;
  const what = `API products and apps of ${document.environment}`;
  const note =
    removed.length > MOST_READ
      ? "Too much of what is deployed changes to be compared."
      : "What is deployed is sealed. Where the variable SECRETS_KEY is the Worker's, you see what changes.";
  const isSealed = removed.length > 0 && previous?.directory?.areSealed && privateKey === undefined;
  if (isSealed || removed.length > MOST_READ) return { what, files: [], note };
  const after = new Map(
    directoryEntries(clients)
      .entities.filter(({ id }) => added.has(now[bucketIndex(id, now.length)] ?? ""))
      .map(({ id, entity }) => [id, entity]),
  );
  try {
    const before = previous ? await opened(previous, removed, readRevision, privateKey) : new Map();
    const files = fileChanges(textsOf(before, before), textsOf(after, before));
    const more = files.length - MOST_CHANGES;
    return {
      what,
      files: files.slice(0, MOST_CHANGES),
      ...(more > 0 ? { note: `and ${more} more` } : {}),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { what, files: [], note: `What is deployed cannot be compared: ${reason}.` };
  }
}

/** The entities in some parts of what is deployed. Rejects when they cannot be opened. */
async function opened(
  { environment, directory }: EnvironmentDocument,
  revisions: readonly string[],
  readRevision: ReadRevision,
  privateKey: string | undefined,
): Promise<Entities> {
  const key = directory?.areSealed ? await readPrivateKey(privateKey) : null;
  const buckets = await Promise.all(
    revisions.map(async (revision): Promise<Bucket> => {
      const stored = await readRevision(revision);
      if (!stored) return new Map();
      return readBucket(key ? await unsealBucket(stored, key) : stored, environment);
    }),
  );
  return new Map(
    buckets.flatMap((bucket) => [...bucket].map(([id, { entity }]) => [id, entity as EntityEntry["entity"]])),
  );
}

/** Each entity as a text, by a name for people. */
function textsOf(entities: Entities, before: Entities): ReadonlyMap<string, Uint8Array> {
  return new Map(
    [...entities].map(([id, entity]) => {
      const shown = "credentials" in entity ? withoutSecrets(entity, before.get(id)) : entity;
      return [titleOf(id, entity), new TextEncoder().encode(`${JSON.stringify(shown, null, 2)}\n`)];
    }),
  );
}

/** An id begins with what it is of; an app's name is its owner's own, so its id is told, too. */
function titleOf(id: string, entity: EntityEntry["entity"]): string {
  const [kind] = JSON.parse(id);
  if ("email" in entity) return `${kind} ${entity.email}`;
  return "appId" in entity ? `${kind} ${entity.name} (${entity.appId})` : `${kind} ${entity.name}`;
}

function withoutSecrets(app: App, before: EntityEntry["entity"] | undefined): App {
  const known = before && "credentials" in before ? before.credentials : app.credentials;
  return { ...app, credentials: app.credentials.map((credential) => hidden(credential, known)) };
}

function hidden(credential: Credential, known: readonly Credential[]): Credential {
  const old = known.find(({ consumerKey }) => consumerKey === credential.consumerKey);
  const isSame = !old || old.consumerSecret === credential.consumerSecret;
  return {
    ...credential,
    consumerKey: old ? "(a key)" : "(another key)",
    consumerSecret: isSame ? "(a secret)" : "(another secret)",
  };
}
