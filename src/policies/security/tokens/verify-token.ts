import { compactDecrypt, compactVerify, errors } from "jose";
import type { FlowContext } from "../../../flow/context.ts";
import type { ClaimReading } from "./claims.ts";
import { type CriticalHeaders, compileCritical } from "./critical-headers.ts";
import { compileKey, type KeyContext } from "./keys.ts";
import type { Protection } from "./read-algorithms.ts";
import type { KeyConfig } from "./read-key.ts";
import { isCanonical, partsOf, type Token } from "./token.ts";

/** What makes a token believed. */
export interface Verification {
  readonly protection: Protection;
  readonly key: KeyConfig;
  readonly critical: CriticalHeaders;
}

/** How often a password may be hashed for one token, whatever the token asks for. */
const MOST_ITERATIONS = 10_000;

/** What a compressed content may come to, in bytes. */
const LONGEST_CONTENT = 1024 * 1024;

const notCanonical = "the last letter of a part holds bits that stand for nothing";

/** Why a token that has the right form is not believed, for the log: nothing of the token, and nothing of the key. */
function whyNotVerified(error: unknown): string {
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return "its signature does not verify with the key";
  if (error instanceof errors.JWEDecryptionFailed) return "it cannot be decrypted with the key";
  return error instanceof errors.JOSEError ? `${error.code} of jose` : "it cannot be read";
}

/**
 * Compiles what checks a signature, or decrypts: it resolves with the payload. Only the algorithms that the policy
 * names count, each with a key of its own kind, so that a token's header chooses neither. Faults:
 * NoAlgorithmFoundInHeader, AlgorithmMismatch, AlgorithmInTokenNotPresentInConfiguration, UnhandledCriticalHeader,
 * InvalidToken, and those of the key.
 */
export function compileVerification(
  { protection, key, critical }: Verification,
  { context, ...reading }: ClaimReading & { readonly context: KeyContext },
): (flow: FlowContext, token: Token) => Promise<Uint8Array> {
  const { faults } = reading;
  const { policy } = context;
  const findKey = compileKey(key, faults, context);
  const checkCritical = compileCritical(critical, { context, ...reading });
  const content = protection.kind === "encrypted" ? protection.content : null;
  const algorithms = protection.kind === "encrypted" ? [protection.key] : protection.algorithms;
  const checkAlgorithm = ({ header: { alg, enc } }: Token): string => {
    if (typeof alg !== "string") throw faults.noAlgorithm(policy);
    if (algorithms.includes(alg) && (content === null || enc === content)) return alg;
    const mismatch = algorithms.length > 1 ? faults.algorithmNotConfigured : faults.algorithmMismatch;
    throw mismatch(policy).causedBy(`the policy takes ${[...algorithms, content ?? []].flat().join(", ")}`);
  };
  return async function verify(flow, token) {
    const { header, parts, text } = token;
    const algorithm = checkAlgorithm(token);
    const wanted = content === null ? 3 : 5;
    if (parts.length !== wanted) throw faults.invalidToken(policy).causedBy(partsOf(token, wanted));
    if (!parts.every(isCanonical)) throw faults.invalidToken(policy).causedBy(notCanonical);
    const crit = checkCritical(flow, header);
    const kid = typeof header.kid === "string" ? header.kid : null;
    const found = await findKey(flow, { algorithm, content, kid });
    try {
      if (content === null)
        return (await compactVerify(text, found, { algorithms: [algorithm], crit })).payload;
      const { plaintext } = await compactDecrypt(text, found, {
        keyManagementAlgorithms: [algorithm],
        contentEncryptionAlgorithms: [content],
        maxPBES2Count: MOST_ITERATIONS,
        maxDecompressedLength: LONGEST_CONTENT,
        crit,
      });
      return plaintext;
    } catch (error) {
      throw faults.invalidToken(policy).causedBy(whyNotVerified(error));
    }
  };
}
