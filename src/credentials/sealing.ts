import { base64url, CompactEncrypt, compactDecrypt } from "jose";

const ENCRYPTION = "A256GCM";

/** Encrypts and authenticates a JSON value (JWE, AES-256 in GCM). */
export function seal(value: unknown, key: Uint8Array): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: "dir", enc: ENCRYPTION })
    .encrypt(key);
}

/** The value; undefined for what another key sealed, or nobody did. */
export async function unseal(jwe: string, key: Uint8Array): Promise<unknown> {
  try {
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: [ENCRYPTION],
    });
    return JSON.parse(new TextDecoder().decode(plaintext));
  } catch {
    return undefined;
  }
}

/** Reads the Worker's secret `SEALING_KEY`: 32 bytes, in base64. Throws when it is anything else. */
export function readSealingKey(text: string): Uint8Array {
  const key = decoded(text.trim());
  if (key?.length === 32) return key;
  throw new Error("SEALING_KEY is not a key of 32 bytes in base64. Make one with: openssl rand -base64 32");
}

function decoded(text: string): Uint8Array | null {
  try {
    return base64url.decode(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
  } catch {
    return null;
  }
}
