/** Algorithms of signatures. Apigee: "JWS and JWT policies overview". */
export const signing: readonly string[] = [
  ...["HS256", "HS384", "HS512"],
  ...["RS256", "RS384", "RS512"],
  ...["PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512"],
];

/** Algorithms by which the key of an encrypted token is protected. Apigee: "GenerateJWT policy" (Algorithms). */
export const keyEncryption: readonly string[] = [
  "dir",
  "RSA-OAEP-256",
  ...["A128KW", "A192KW", "A256KW"],
  ...["A128GCMKW", "A192GCMKW", "A256GCMKW"],
  ...["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"],
  ...["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"],
];

/** Algorithms by which the content is encrypted. */
export const contentEncryption: readonly string[] = [
  ...["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"],
  ...["A128GCM", "A192GCM", "A256GCM"],
];

/** What a policy does with the key. */
export type KeyUse = "sign" | "verify" | "encrypt" | "decrypt";

export type KeyElement = "SecretKey" | "PrivateKey" | "PublicKey" | "PasswordKey" | "DirectKey";

/** The type of the keys that an algorithm takes, as RFC 7518 names it. */
export function keyTypeOf(algorithm: string): "oct" | "RSA" | "EC" {
  if (/^(?:RS|PS)/.test(algorithm)) return "RSA";
  return /^(?:ES|ECDH)/.test(algorithm) ? "EC" : "oct";
}

/** The element that holds the key for an algorithm. So no key is ever used with an algorithm of another kind. */
export function keyElementOf(algorithm: string, use: KeyUse): KeyElement {
  if (keyTypeOf(algorithm) !== "oct") return use === "sign" || use === "decrypt" ? "PrivateKey" : "PublicKey";
  if (algorithm === "dir") return "DirectKey";
  return algorithm.startsWith("PBES2") ? "PasswordKey" : "SecretKey";
}

const curves: Readonly<Record<string, readonly string[]>> = {
  ES256: ["P-256"],
  ES384: ["P-384"],
  ES512: ["P-521"],
};

/** The curves that an algorithm takes. */
export function curvesOf(algorithm: string): readonly string[] {
  return curves[algorithm] ?? ["P-256", "P-384", "P-521"];
}

/** How many bytes a secret must have, and whether it may have more. */
export function secretSizeOf(algorithm: string, content: string | null): { bytes: number; exactly: boolean } {
  const hmac = /^HS(\d+)$/.exec(algorithm);
  if (hmac) return { bytes: Number(hmac[1]) / 8, exactly: false };
  const wrap = /^A(\d+)(?:GCM)?KW$/.exec(algorithm);
  if (wrap) return { bytes: Number(wrap[1]) / 8, exactly: true };
  if (algorithm !== "dir") return { bytes: 1, exactly: false };
  const [, bits, rest = ""] = /^A(\d+)(.*)$/.exec(content ?? "") ?? [];
  return { bytes: (Number(bits) / 8) * (rest.startsWith("CBC") ? 2 : 1), exactly: true };
}
