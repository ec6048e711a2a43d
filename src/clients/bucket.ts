import { CompactEncrypt, compactDecrypt } from "jose";
import * as v from "valibot";
import { ALGORITHM, type PublicKey } from "../credentials/secrets/keys.ts";
import type { EntityEntry, IndexEntry } from "./directory-entry.ts";

/** How large a part of the directory is on average: what a lookup reads when the isolate does not have it. Characters. */
const BUCKET_SIZE = 64 * 1024;

/** No directory has more parts of a kind, since the environment's document names each of them. */
const MOST_BUCKETS = 4096;

const ENCRYPTION = "A256GCM";

const bucketSchema = v.object({
  environment: v.string(),
  entries: v.array(
    v.object({ id: v.string(), see: v.optional(v.string()), entity: v.optional(v.unknown()) }),
  ),
});

/** A part of a directory, opened: what is under each id. */
export type Bucket = ReadonlyMap<string, { readonly see?: string | undefined; readonly entity?: unknown }>;

/** Entries of an environment in parts, each a JSON text; an id is in the part that {@link bucketIndex} says. */
export function packBuckets<Entry extends EntityEntry | IndexEntry>(
  environment: string,
  entries: readonly Entry[],
): string[] {
  const size = entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
  const count = Math.min(MOST_BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, size / BUCKET_SIZE))));
  const buckets: Entry[][] = Array.from({ length: count }, () => []);
  for (const entry of entries) buckets[bucketIndex(entry.id, count)]?.push(entry);
  return buckets.map((part) => JSON.stringify({ environment, entries: part }));
}

/** Which of so many parts has an id: FNV-1a, since it is asked for each lookup, and whoever deploys chooses the ids. */
export function bucketIndex(id: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % count;
}

/**
 * The revision of a part. It is made of what was sealed and not of the sealed bytes, which are others each time: so what
 * has not changed is not written again. Who guesses a part has the keys and secrets in it already.
 */
export async function bucketRevision(json: string, keyId: string | null): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${keyId ?? ""}\n${json}`));
  return Buffer.from(digest).toString("hex");
}

/** Seals a part (JWE), so that only the Worker's private key opens it: it has the keys and secrets of apps. */
export async function sealBucket(json: string, { id, key }: PublicKey): Promise<Uint8Array> {
  const sealed = await new CompactEncrypt(new TextEncoder().encode(json))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: id })
    .encrypt(key);
  return new TextEncoder().encode(sealed);
}

/** Rejects for bytes that another key sealed. */
export async function unsealBucket(bytes: Uint8Array, key: CryptoKey): Promise<Uint8Array> {
  try {
    const { plaintext } = await compactDecrypt(new TextDecoder().decode(bytes), key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    return plaintext;
  } catch (cause) {
    throw new Error(
      "they are sealed for another key than SECRETS_KEY, or damaged. Deploy them again with the secrets-key.json that " +
        "belongs to SECRETS_KEY",
      { cause },
    );
  }
}

/** Throws for what is no part of the directory of this environment; what it throws shows nothing of it. */
export function readBucket(bytes: Uint8Array, environment: string): Bucket {
  const bucket = parsed(bytes);
  if (bucket === null)
    throw new Error("they are damaged, or of another version of Sortie. Deploy them again");
  if (bucket.environment !== environment) throw new Error("they belong to another environment");
  return new Map(bucket.entries.map(({ id, ...entry }) => [id, entry]));
}

/** The messages of parsers quote what they parse. */
function parsed(bytes: Uint8Array): v.InferOutput<typeof bucketSchema> | null {
  try {
    return v.parse(bucketSchema, JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}
