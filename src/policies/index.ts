import { externalCallout } from "./callouts/external-callout/external-callout.ts";
import { flowCallout } from "./callouts/flow-callout.ts";
import { functionCallout } from "./callouts/function-callout/function-callout.ts";
import { serviceCallout } from "./callouts/service-callout/service-callout.ts";
import { dataCapture } from "./extensions/data-capture/data-capture.ts";
import { javascript } from "./extensions/javascript/javascript.ts";
import { messageLogging } from "./extensions/message-logging/message-logging.ts";
import { statisticsCollector } from "./extensions/statistics-collector.ts";
import { assertCondition } from "./mediation/assert-condition.ts";
import { jsonToXml } from "./mediation/json-to-xml/json-to-xml.ts";
import { keyValueMapOperations } from "./mediation/key-value-map-operations/key-value-map-operations.ts";
import { messageValidation } from "./mediation/message-validation/message-validation.ts";
import { oasValidation } from "./mediation/oas-validation/oas-validation.ts";
import { parsePayload } from "./mediation/parse-payload/parse-payload.ts";
import { readPropertySet } from "./mediation/read-property-set.ts";
import { xmlToJson } from "./mediation/xml-to-json/xml-to-json.ts";
import { assignMessage } from "./messages/assign-message.ts";
import { extractVariables } from "./messages/extract-variables/extract-variables.ts";
import { httpModifier } from "./messages/http-modifier.ts";
import { raiseFault } from "./messages/raise-fault.ts";
import type { PolicyType } from "./policy-type.ts";
import { accessControl } from "./security/access-control.ts";
import { basicAuthentication } from "./security/basic-authentication.ts";
import { cors } from "./security/cors.ts";
import { hmac } from "./security/hmac.ts";
import { regularExpressionProtection } from "./security/regular-expressions/regular-expression-protection.ts";
import { jsonThreatProtection } from "./security/threats/json-threat-protection.ts";
import { xmlThreatProtection } from "./security/threats/xml-threat-protection.ts";
import { decodeJws } from "./security/tokens/decode-jws.ts";
import { decodeJwt } from "./security/tokens/decode-jwt.ts";
import { generateJws } from "./security/tokens/generate-jws.ts";
import { generateJwt } from "./security/tokens/generate-jwt.ts";
import { verifyJws } from "./security/tokens/verify-jws.ts";
import { verifyJwt } from "./security/tokens/verify-jwt.ts";
import { invalidateCache } from "./traffic/invalidate-cache.ts";
import { lookupCache } from "./traffic/lookup-cache.ts";
import { populateCache } from "./traffic/populate-cache.ts";
import { responseCache } from "./traffic/response-cache.ts";

const all: readonly PolicyType[] = [
  accessControl,
  assertCondition,
  assignMessage,
  basicAuthentication,
  cors,
  dataCapture,
  decodeJws,
  decodeJwt,
  externalCallout,
  extractVariables,
  flowCallout,
  functionCallout,
  generateJws,
  generateJwt,
  hmac,
  httpModifier,
  invalidateCache,
  javascript,
  jsonThreatProtection,
  jsonToXml,
  keyValueMapOperations,
  lookupCache,
  messageLogging,
  messageValidation,
  oasValidation,
  parsePayload,
  populateCache,
  raiseFault,
  readPropertySet,
  regularExpressionProtection,
  responseCache,
  serviceCallout,
  statisticsCollector,
  verifyJws,
  verifyJwt,
  xmlThreatProtection,
  xmlToJson,
];

/** Every policy type that Sortie runs, by its root element's name. */
export const policyTypes: ReadonlyMap<string, PolicyType> = new Map(all.map((type) => [type.element, type]));
