import { base64url, CompactEncrypt, compactDecrypt } from "jose";
import * as v from "valibot";
import { ALGORITHM, type PublicKey } from "../credentials/secrets/keys.ts";
import { type MapName, type MapValues, mapScopes } from "./key-value-maps.ts";

/** Where an entry belongs: it is good nowhere else. */
export interface EntryPlace {
  readonly organization: string;
  readonly environment: string;
  readonly map: MapName;
  readonly key: string;
}

const ENCRYPTION = "A256GCM";

/** An entry as KV has it: names to be listed by, and the values sealed. */
const recordSchema = v.object({
  map: v.object({ scope: v.picklist(mapScopes), owner: v.string(), name: v.string() }),
  key: v.string(),
  /** JWE; null says that the entry was deleted, and hides one that is deployed. */
  sealed: v.nullable(v.string()),
});

export type EntryRecord = v.InferOutput<typeof recordSchema>;

const contentSchema = v.object({ place: v.string(), values: v.array(v.string()) });

/** Where the keys in KV of an environment begin, and those of its organization. */
export function entryPrefixes(organization: string, environment: string): readonly string[] {
  return [environmentPrefix(environment), organizationPrefix(organization)];
}

/** The key in KV: of bounded length, whatever the names are. */
export async function entryKey({ organization, environment, map, key }: EntryPlace): Promise<string> {
  const isShared = map.scope === "organization";
  const prefix = isShared ? organizationPrefix(organization) : environmentPrefix(environment);
  return prefix + (await digest(JSON.stringify([map.scope, map.owner, map.name, key])));
}

/** Seals values (JWE) so that only the private key opens them, and only as the entry of that place. */
export async function sealEntry(place: EntryPlace, values: MapValues, key: PublicKey): Promise<string> {
  const content = new TextEncoder().encode(JSON.stringify({ place: await entryKey(place), values }));
  const sealed = await new CompactEncrypt(content)
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: key.id })
    .encrypt(key.key);
  return recordOf(place, sealed);
}

/** What hides a deployed entry. */
export function deletedEntry(place: EntryPlace): string {
  return recordOf(place, null);
}

function recordOf({ map: { scope, owner, name }, key }: EntryPlace, sealed: string | null): string {
  const record: EntryRecord = { map: { scope, owner, name }, key, sealed };
  return JSON.stringify(record);
}

/** An entry as KV has it; null for anything else. */
export function readRecord(json: string): EntryRecord | null {
  try {
    const result = v.safeParse(recordSchema, JSON.parse(json));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/** The values; null for what another key sealed, for what belongs to another place, and for anything else. */
export async function openEntry(
  sealed: string,
  place: EntryPlace,
  key: CryptoKey,
): Promise<MapValues | null> {
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    const content = v.parse(contentSchema, JSON.parse(new TextDecoder().decode(plaintext)));
    return content.place === (await entryKey(place)) ? content.values : null;
  } catch {
    return null;
  }
}

const environmentPrefix = (environment: string) => `kvm/environment/${environment}/`;
const organizationPrefix = (organization: string) => `kvm/organization/${encodeURIComponent(organization)}/`;

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return base64url.encode(new Uint8Array(bytes));
}
