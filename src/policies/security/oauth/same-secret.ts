import { nodeCrypto } from "../../../text/node-crypto.ts";

/**
 * Whether a client presents the secret that an app has: in a time that says nothing of how much of it was right. An
 * empty secret is none, so it is nobody's.
 */
export function isSameSecret(presented: string, secret: string): boolean {
  if (secret === "") return false;
  const { createHash, timingSafeEqual } = nodeCrypto();
  // Hashes have one length, whatever has been presented.
  const hash = (text: string) => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(hash(presented), hash(secret));
}
