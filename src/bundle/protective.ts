/** Apigee's policy types that refuse requests, or hide what is not for everybody. */
const protective: ReadonlySet<string> = new Set([
  "AccessControl",
  "BasicAuthentication",
  "ConcurrentRatelimit",
  "DecodeJWS",
  "DecodeJWT",
  "GraphQL",
  "HMAC",
  "JSONThreatProtection",
  "LDAP",
  "LLMTokenQuota",
  "MessageValidation",
  "MonetizationLimitsCheck",
  "OASValidation",
  "OAuthV1",
  "OAuthV2",
  "PromptTokenLimit",
  "Quota",
  "RegularExpressionProtection",
  "SanitizeModelResponse",
  "SanitizeUserPrompt",
  "SpikeArrest",
  "ValidateSAMLAssertion",
  "VerifyAPIKey",
  "VerifyIAM",
  "VerifyJWS",
  "VerifyJWT",
  "XMLThreatProtection",
]);

/**
 * Whether a policy of a type is there to keep something out: taking it off opens the API.
 * Apigee: "Policy reference overview" (Security, Traffic management).
 */
export function isProtective(type: string): boolean {
  return protective.has(type);
}
