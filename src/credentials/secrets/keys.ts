import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import * as v from "valibot";
import { SecretError } from "./error.ts";

/** How the key of each secret is agreed on (RFC 7518): to the public key, with a new key pair for each. */
export const ALGORITHM = "ECDH-ES+A256KW";
const CURVE = "P-256";

/** Seals secrets: in the environment's folder, for everybody to read. */
export interface PublicKey {
  /** The JWK thumbprint; what was sealed says it. */
  readonly id: string;
  readonly key: CryptoKey;
}

/** A new pair of keys, each as a JWK in JSON. The private one opens secrets and belongs to the Worker alone. */
export async function generateKeys(): Promise<{ readonly publicJwk: string; readonly privateJwk: string }> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { crv: CURVE, extractable: true });
  const open = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(open);
  const [publicJwk, secret] = [{ ...open, kid, alg: ALGORITHM, use: "enc" }, await exportJWK(privateKey)];
  return {
    publicJwk: JSON.stringify(publicJwk),
    privateJwk: JSON.stringify({ ...secret, kid, alg: ALGORITHM }),
  };
}

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
const publicPart = { kty: v.literal("EC"), crv: v.literal(CURVE), x: coordinate, y: coordinate };
const publicSchema = v.object(publicPart);
const privateSchema = v.object({ ...publicPart, d: coordinate });

/** Reads a public key. Rejects with {@link SecretError}, also for a private one, which has no place in a folder. */
export async function readPublicKey(json: string, file: string): Promise<PublicKey> {
  const jwk = parsed(json);
  if (v.is(privateSchema, jwk)) {
    throw new SecretError(
      `${file} holds the private key, which belongs into the secret SECRETS_KEY of the Worker and nowhere else. ` +
        "Make a new pair with: sortie secret key --env ENV --replace",
    );
  }
  const key = v.is(publicSchema, jwk) ? await imported(jwk) : null;
  if (v.is(publicSchema, jwk) && key) return { id: await calculateJwkThumbprint(jwk), key };
  throw new SecretError(
    `${file} is not a public key as "sortie secret key" writes it. Make a new pair with: sortie secret key --env ENV --replace`,
  );
}

/** The key of a Worker: opens what is sealed for it, and seals what only it shall open. */
export interface KeyPair {
  readonly opens: CryptoKey;
  readonly seals: PublicKey;
}

/** Reads the private key of a Worker. Rejects with {@link SecretError}, which quotes nothing of it. */
export async function readPrivateKey(json: string | undefined): Promise<CryptoKey> {
  return (await readKeyPair(json)).opens;
}

/** The same, with the public key that belongs to it. */
export async function readKeyPair(json: string | undefined): Promise<KeyPair> {
  if (json === undefined || json.trim() === "") {
    throw new SecretError(
      "The Worker has no SECRETS_KEY, which opens the secrets of sources and what is deployed of apps. " +
        "Make one with: sortie secret key --env ENV | npx wrangler secret put SECRETS_KEY",
    );
  }
  const jwk = parsed(json);
  if (v.is(privateSchema, jwk)) {
    const { kty, crv, x, y } = jwk;
    const open = { kty, crv, x, y };
    const [opens, seals] = await Promise.all([imported(jwk), imported(open)]);
    if (opens && seals) return { opens, seals: { id: await calculateJwkThumbprint(open), key: seals } };
  }
  throw new SecretError(
    'SECRETS_KEY is not a private key as "sortie secret key" prints it: one line of JSON with kty, crv, x, y and d.',
  );
}

async function imported(jwk: v.InferOutput<typeof publicSchema>): Promise<CryptoKey | null> {
  try {
    const key = await importJWK(jwk, ALGORITHM);
    return key instanceof Uint8Array ? null : key;
  } catch {
    // Numbers that are no point of the curve; the platform's message says no more.
    return null;
  }
}

/** The parser's message would quote the text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
