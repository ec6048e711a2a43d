import type { PolicyType } from "./policy-type.ts";

/** Loads the code of one policy type: of those that no bundle has, a starting Worker reads nothing. */
const loaders: Readonly<Record<string, () => Promise<PolicyType>>> = {
  AccessControl: async () => (await import("./security/access-control.ts")).accessControl,
  AccessEntity: async () => (await import("./mediation/access-entity/access-entity.ts")).accessEntity,
  AssertCondition: async () => (await import("./mediation/assert-condition.ts")).assertCondition,
  AssignMessage: async () => (await import("./messages/assign-message.ts")).assignMessage,
  BasicAuthentication: async () => (await import("./security/basic-authentication.ts")).basicAuthentication,
  CORS: async () => (await import("./security/cors.ts")).cors,
  DataCapture: async () => (await import("./extensions/data-capture/data-capture.ts")).dataCapture,
  DeleteOAuthV2Info: async () =>
    (await import("./security/oauth-info/delete-oauth-v2-info.ts")).deleteOAuthV2Info,
  DecodeJWS: async () => (await import("./security/tokens/decode-jws.ts")).decodeJws,
  DecodeJWT: async () => (await import("./security/tokens/decode-jwt.ts")).decodeJwt,
  ExternalCallout: async () =>
    (await import("./callouts/external-callout/external-callout.ts")).externalCallout,
  ExtractVariables: async () =>
    (await import("./messages/extract-variables/extract-variables.ts")).extractVariables,
  FlowCallout: async () => (await import("./callouts/flow-callout.ts")).flowCallout,
  FunctionCallout: async () =>
    (await import("./callouts/function-callout/function-callout.ts")).functionCallout,
  GenerateJWS: async () => (await import("./security/tokens/generate-jws.ts")).generateJws,
  GenerateJWT: async () => (await import("./security/tokens/generate-jwt.ts")).generateJwt,
  GetOAuthV2Info: async () => (await import("./security/oauth-info/get-oauth-v2-info.ts")).getOAuthV2Info,
  HMAC: async () => (await import("./security/hmac.ts")).hmac,
  HTTPModifier: async () => (await import("./messages/http-modifier.ts")).httpModifier,
  InvalidateCache: async () => (await import("./traffic/invalidate-cache.ts")).invalidateCache,
  JSONThreatProtection: async () =>
    (await import("./security/threats/json-threat-protection.ts")).jsonThreatProtection,
  JSONToXML: async () => (await import("./mediation/json-to-xml/json-to-xml.ts")).jsonToXml,
  Javascript: async () => (await import("./extensions/javascript/javascript.ts")).javascript,
  KeyValueMapOperations: async () =>
    (await import("./mediation/key-value-map-operations/key-value-map-operations.ts")).keyValueMapOperations,
  LookupCache: async () => (await import("./traffic/lookup-cache.ts")).lookupCache,
  MessageLogging: async () =>
    (await import("./extensions/message-logging/message-logging.ts")).messageLogging,
  MessageValidation: async () =>
    (await import("./mediation/message-validation/message-validation.ts")).messageValidation,
  OASValidation: async () => (await import("./mediation/oas-validation/oas-validation.ts")).oasValidation,
  OAuthV2: async () => (await import("./security/oauth/oauth-v2.ts")).oauthV2,
  ParsePayload: async () => (await import("./mediation/parse-payload/parse-payload.ts")).parsePayload,
  PopulateCache: async () => (await import("./traffic/populate-cache.ts")).populateCache,
  Quota: async () => (await import("./traffic/quota/quota.ts")).quota,
  RaiseFault: async () => (await import("./messages/raise-fault.ts")).raiseFault,
  ReadPropertySet: async () => (await import("./mediation/read-property-set.ts")).readPropertySet,
  RegularExpressionProtection: async () =>
    (await import("./security/regular-expressions/regular-expression-protection.ts"))
      .regularExpressionProtection,
  ResetQuota: async () => (await import("./traffic/quota/reset-quota.ts")).resetQuota,
  ResponseCache: async () => (await import("./traffic/response-cache.ts")).responseCache,
  RevokeOAuthV2: async () => (await import("./security/oauth-info/revoke-oauth-v2.ts")).revokeOAuthV2,
  ServiceCallout: async () => (await import("./callouts/service-callout/service-callout.ts")).serviceCallout,
  SetOAuthV2Info: async () => (await import("./security/oauth-info/set-oauth-v2-info.ts")).setOAuthV2Info,
  SpikeArrest: async () => (await import("./traffic/spike-arrest.ts")).spikeArrest,
  StatisticsCollector: async () => (await import("./extensions/statistics-collector.ts")).statisticsCollector,
  VerifyAPIKey: async () => (await import("./security/clients/verify-api-key.ts")).verifyApiKey,
  VerifyJWS: async () => (await import("./security/tokens/verify-jws.ts")).verifyJws,
  VerifyJWT: async () => (await import("./security/tokens/verify-jwt.ts")).verifyJwt,
  XMLThreatProtection: async () =>
    (await import("./security/threats/xml-threat-protection.ts")).xmlThreatProtection,
  XMLToJSON: async () => (await import("./mediation/xml-to-json/xml-to-json.ts")).xmlToJson,
};

/** Policy types that are loaded, by their root element's name. */
export type PolicyTypes = ReadonlyMap<string, PolicyType>;

/** The root elements' names of all policy types that Sortie runs. */
export const policyNames: readonly string[] = Object.keys(loaders);

/** The policy types of these names; there is none for a name that is no type's. */
export async function loadPolicyTypes(names: Iterable<string>): Promise<PolicyTypes> {
  const loaded = [...new Set(names)].map(async (name) => {
    const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
    return load ? [[name, await load()] as const] : [];
  });
  return new Map((await Promise.all(loaded)).flat());
}
