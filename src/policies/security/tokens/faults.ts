import { faultType } from "../../../flow/fault.ts";

export type TokenKind = "jwt" | "jws";

/**
 * The errors of the policies for one kind of token: all are 401. Texts name policies, variables and claims, never
 * a token, a key or a value. Apigee: "VerifyJWT policy", "GenerateJWS policy" (Runtime errors).
 */
function faultsOf(kind: TokenKind) {
  const fault = <Facts extends readonly unknown[] = []>(name: string, text: (...facts: Facts) => string) =>
    faultType(
      `steps.${kind}.${name}`,
      401,
      (policy: string, ...facts: Facts) => `${text(...facts)}: policy(${policy})`,
    );
  const named = (name: string, text: string, what: string) =>
    faultType(
      `steps.${kind}.${name}`,
      401,
      (policy: string, which: string) => `${text}: policy(${policy}) ${what}(${which})`,
    );
  return {
    unresolved: named("FailedToResolveVariable", "Failed to Resolve Variable ", "variable"),
    invalidClaim: named("InvalidClaim", "Invalid Claim", "claim"),
    unhandledCriticalHeader: named("UnhandledCriticalHeader", "Unhandled critical header", "header"),
    invalidToken: fault("InvalidToken", () => "Invalid token"),
    invalidJws: fault("InvalidJws", () => "Invalid JWS"),
    failedToDecode: fault("FailedToDecode", () => "Failed to decode token"),
    invalidJson: fault("InvalidJsonFormat", () => "Invalid JSON format"),
    expired: fault("TokenExpired", () => "The Token has expired"),
    notYetValid: fault("TokenNotYetValid", () => "The Token is not yet valid"),
    noAlgorithm: fault("NoAlgorithmFoundInHeader", () => "No algorithm found in header"),
    algorithmMismatch: fault("AlgorithmMismatch", () => "Algorithm mismatch"),
    algorithmNotConfigured: fault(
      "AlgorithmInTokenNotPresentInConfiguration",
      () => "Algorithm in token not present in configuration",
    ),
    keyIdMissing: fault("KeyIdMissing", () => "Key ID missing"),
    noMatchingKey: fault("NoMatchingPublicKey", () => "No matching public key"),
    keyParsing: fault("KeyParsingFailed", () => "Failed to parse key"),
    invalidSecretKey: fault("InvalidSecretKey", () => "Invalid secret key"),
    invalidPasswordKey: fault("InvalidPasswordKey", () => "Invalid password key"),
    invalidKeySet: fault("InvalidKeyConfiguration", () => "Invalid key configuration"),
    shortKey: fault("InsufficientKeyLength", () => "Insufficient key length"),
    wrongKeyType: fault("WrongKeyType", () => "Wrong key type"),
    invalidCurve: fault("InvalidCurve", () => "Invalid curve"),
    signingFailed: fault("SigningFailed", () => "Failed to sign"),
    encryptionFailed: fault("EncryptionFailed", () => "Failed to encrypt"),
    generationFailed: fault("GenerationFailed", () => "Failed to generate token"),
    invalidSignature: fault("InvalidSignature", () => "Invalid signature"),
    missingPayload: fault("MissingPayload", () => "Missing payload"),
    notDetached: fault("ContentIsNotDetached", () => "Content is not detached"),
  };
}

export type TokenFaults = ReturnType<typeof faultsOf>;

export const jwtFaults = faultsOf("jwt");
export const jwsFaults = faultsOf("jws");
