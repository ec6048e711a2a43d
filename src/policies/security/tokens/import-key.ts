import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { type CryptoKey, importJWK, type JWK } from "jose";
import { curvesOf, keyTypeOf } from "./algorithms.ts";

/** Why a key cannot be used. Shows nothing of it. */
export class KeyProblem extends Error {
  readonly kind: "parse" | "type" | "curve" | "short";

  constructor(kind: KeyProblem["kind"], cause?: unknown) {
    super(`The key cannot be used: ${kind}.`, { cause });
    this.name = "KeyProblem";
    this.kind = kind;
  }
}

/** RFC 7518: RSA keys have at least so many bits. */
const LEAST_RSA_BITS = 2048;

/** A private key in PEM: PKCS#8, encrypted or not, PKCS#1 or SEC 1. Throws {@link KeyProblem}. */
export function importPrivateKey(
  pem: string,
  password: string | null,
  algorithm: string,
): Promise<CryptoKey> {
  return importAs(algorithm, () =>
    createPrivateKey({
      key: tidy(pem),
      format: "pem",
      ...(password === null ? {} : { passphrase: password }),
    }),
  );
}

/** A public key in PEM: SPKI or PKCS#1. */
export function importPublicKey(pem: string, algorithm: string): Promise<CryptoKey> {
  return importAs(algorithm, () => parsers.key(pem));
}

/** The public key of a certificate in PEM. As in Apigee, neither its validity nor its issuer counts. */
export function importCertificate(pem: string, algorithm: string): Promise<CryptoKey> {
  return importAs(algorithm, () => parsers.certificate(pem));
}

/** Whether a text is a public key, or a certificate, in PEM; for which algorithms is not said. */
export function isPublicPem(pem: string, holds: keyof typeof parsers): boolean {
  try {
    return parsers[holds](pem) !== null;
  } catch {
    return false;
  }
}

const parsers = {
  key(pem: string): KeyObject {
    // A private key has a public half as well, but who writes it here has made a mistake that is better seen.
    if (/PRIVATE KEY/.test(pem)) throw new KeyProblem("type");
    return createPublicKey(tidy(pem));
  },
  certificate(pem: string): KeyObject {
    const key = new X509Certificate(tidy(pem)).publicKey;
    if (!key) throw new KeyProblem("parse");
    // The platform cannot export the key of a certificate in any other format.
    return createPublicKey(key.export({ type: "spki", format: "pem" }));
  },
};

/** A key in JSON; of a private one only its public half. */
export async function importPublicJwk(jwk: JWK, algorithm: string): Promise<CryptoKey> {
  const { kty = "", crv = "", n = "", e = "", x = "", y = "" } = jwk;
  checkKind(kty, crv, algorithm);
  const key = await importJwk(kty === "RSA" ? { kty, n, e } : { kty, crv, x, y }, algorithm);
  return checkSize(key);
}

async function importAs(
  algorithm: string,
  parse: () => { export(options: { format: "jwk" }): object },
): Promise<CryptoKey> {
  const jwk: JWK = attempt(() => parse().export({ format: "jwk" }) as JWK);
  checkKind(jwk.kty ?? "", jwk.crv ?? "", algorithm);
  // What the platform says about a key's use is its own.
  const { alg: _alg, use: _use, key_ops: _ops, ext: _ext, ...material } = jwk;
  return checkSize(await importJwk(material as JWK, algorithm));
}

async function importJwk(jwk: JWK, algorithm: string): Promise<CryptoKey> {
  try {
    const key = await importJWK(jwk, algorithm);
    if (!(key instanceof Uint8Array)) return key;
  } catch (cause) {
    throw new KeyProblem("parse", cause);
  }
  throw new KeyProblem("type");
}

function checkKind(kty: string, crv: string, algorithm: string): void {
  const wanted = keyTypeOf(algorithm);
  if (kty !== wanted) throw new KeyProblem("type");
  if (wanted === "EC" && !curvesOf(algorithm).includes(crv)) throw new KeyProblem("curve");
}

function checkSize(key: CryptoKey): CryptoKey {
  const { modulusLength } = key.algorithm as { modulusLength?: number };
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) throw new KeyProblem("short");
  return key;
}

function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof KeyProblem) throw cause;
    throw new KeyProblem("parse", cause);
  }
}

/** Without what indentation in XML or a key value map does to the lines of a PEM text. */
function tidy(pem: string): string {
  return pem
    .trim()
    .split(/\r?\n|\\n/)
    .map((line) => line.trim())
    .join("\n");
}
