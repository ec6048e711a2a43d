import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import * as v from "valibot";
import { ALGORITHM, type PublicKey } from "./keys.ts";
import type { SecretPlace } from "./place.ts";

const ENCRYPTION = "A256GCM";

const content = v.object({
  environment: v.string(),
  source: v.string(),
  name: v.string(),
  value: v.string(),
});

/** Seals a secret (JWE) so that only the private key opens it, and only as the secret of that place. */
export function sealSecret(
  { environment, source, name }: SecretPlace,
  value: string,
  { id, key }: PublicKey,
): Promise<string> {
  const text = JSON.stringify({ environment, source, name, value });
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: id })
    .encrypt(key);
}

/** The secret; null for what another key sealed, for what belongs to another place, and for anything else. */
export async function openSecret(jwe: string, place: SecretPlace, key: CryptoKey): Promise<string | null> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    const opened = v.parse(content, JSON.parse(new TextDecoder().decode(plaintext)));
    const belongs =
      opened.environment === place.environment &&
      opened.source === place.source &&
      opened.name === place.name;
    return belongs ? opened.value : null;
  } catch {
    return null;
  }
}

/** The id of the key that a secret was sealed for; null when it does not say, or is no sealed secret. */
export function keyIdOf(jwe: string): string | null {
  try {
    return decodeProtectedHeader(jwe).kid ?? null;
  } catch {
    return null;
  }
}
