import type { PublicKey } from "../credentials/secrets/keys.ts";
import { bucketRevision, packBuckets, sealBucket } from "./bucket.ts";
import type { DeployedBuckets } from "./deployed-directory.ts";
import { directoryEntries } from "./directory-entry.ts";
import type { ClientEntities } from "./read-clients.ts";

/** A directory ready to be deployed: what the environment's document says of it, and its parts by revision. */
export interface PackedDirectory {
  readonly deployed: DeployedBuckets & { readonly apps: number };
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/**
 * Packs what an environment has of API products and apps; null when it has nothing.
 * @param seals without it, everybody who can read the KV namespace can read them
 */
export async function packDirectory(
  environment: string,
  clients: ClientEntities,
  seals: PublicKey | null,
): Promise<PackedDirectory | null> {
  const { entities, index } = directoryEntries(clients);
  if (entities.length === 0) return null;
  const parts = new Map<string, Uint8Array>();
  const revisionsOf = (jsons: readonly string[]) =>
    Promise.all(
      jsons.map(async (json) => {
        const revision = await bucketRevision(json, seals?.id ?? null);
        parts.set(revision, seals ? await sealBucket(json, seals) : new TextEncoder().encode(json));
        return revision;
      }),
    );
  const deployed = {
    entities: await revisionsOf(packBuckets(environment, entities)),
    index: await revisionsOf(packBuckets(environment, index)),
    areSealed: seals !== null,
    apps: clients.apps.length,
  };
  return { deployed, parts };
}
