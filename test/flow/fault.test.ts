import { describe, expect, test } from "vitest";
import { nothingDeployed, proxyUnavailable } from "../../src/environment/environment.ts";
import { invalidHost, invalidPath } from "../../src/exchange/address.ts";
import { hostNotAllowed } from "../../src/exchange/dev-requests.ts";
import { routeFailed } from "../../src/exchange/exchange.ts";
import { internalFault } from "../../src/exchange/internal-error.ts";
import { applicationNotFound, calloutDepthExceeded } from "../../src/exchange/local-call.ts";
import { bodyNotSendable, lengthRequired } from "../../src/exchange/outgoing-body.ts";
import { transportFaults } from "../../src/exchange/transport-fault.ts";
import { Fault, faultBody } from "../../src/flow/fault.ts";
import { requestReading, responseReading, unsupportedEncoding } from "../../src/flow/reading-faults.ts";
import { apiTimedOut } from "../../src/flow/time-limit.ts";
import { policyTypes } from "../../src/policies/all.ts";
import {
  emptyIdTokenAudience,
  googleTokenGenerationFailure,
} from "../../src/policies/parts/google-authentication.ts";

/** Apigee: "Runtime error code reference" and the error references of the policies. */
const documented: [code: string, status: number, name: string, category: string][] = [
  ["steps.servicecallout.ExecutionFailed", 500, "ExecutionFailed", "Step"],
  ["steps.servicecallout.RequestVariableNotMessageType", 500, "RequestVariableNotMessageType", "Step"],
  [
    "steps.servicecallout.RequestVariableNotRequestMessageType",
    500,
    "RequestVariableNotRequestMessageType",
    "Step",
  ],
  ["steps.assignmessage.VariableOfNonMsgType", 500, "VariableOfNonMsgType", "Step"],
  ["steps.assignmessage.UnresolvedVariable", 500, "UnresolvedVariable", "Step"],
  ["steps.extractvariables.ExecutionFailed", 500, "ExecutionFailed", "Step"],
  ["steps.extractvariables.ImmutableVariable", 500, "ImmutableVariable", "Step"],
  ["steps.extractvariables.InvalidJSONPath", 500, "InvalidJSONPath", "Step"],
  ["steps.extractvariables.JsonPathParsingFailure", 500, "JsonPathParsingFailure", "Step"],
  ["steps.extractvariables.SetVariableFailed", 500, "SetVariableFailed", "Step"],
  ["steps.extractvariables.SourceMessageNotAvailable", 500, "SourceMessageNotAvailable", "Step"],
  ["steps.extractvariables.UnableToCast", 500, "UnableToCast", "Step"],
  ["entities.UnresolvedVariable", 500, "UnresolvedVariable", "Step"],
  ["flow.APITimedOut", 504, "APITimedOut", "System"],
  ["flow.SharedFlowNotFound", 500, "SharedFlowNotFound", "System"],
  ["messaging.adaptors.http.flow.ApplicationNotFound", 404, "ApplicationNotFound", "Messaging"],
  [
    "messaging.adaptors.http.flow.DecompressionFailureAtRequest",
    400,
    "DecompressionFailureAtRequest",
    "Messaging",
  ],
  [
    "messaging.adaptors.http.flow.DecompressionFailureAtResponse",
    500,
    "DecompressionFailureAtResponse",
    "Messaging",
  ],
  ["messaging.adaptors.http.flow.GatewayTimeout", 504, "GatewayTimeout", "Messaging"],
  ["messaging.adaptors.http.flow.LengthRequired", 411, "LengthRequired", "Messaging"],
  ["messaging.adaptors.http.flow.NoActiveTargets", 503, "NoActiveTargets", "Messaging"],
  ["messaging.adaptors.http.flow.RequestTimeOut", 408, "RequestTimeOut", "Messaging"],
  ["messaging.adaptors.http.flow.ServiceUnavailable", 503, "ServiceUnavailable", "Messaging"],
  ["messaging.adaptors.http.flow.SslHandshakeFailed", 503, "SslHandshakeFailed", "Messaging"],
  ["messaging.adaptors.http.flow.UnexpectedEOFAtTarget", 502, "UnexpectedEOFAtTarget", "Messaging"],
  ["messaging.runtime.RouteFailed", 500, "RouteFailed", "Messaging"],
  ["protocol.http.TooBigBody", 413, "TooBigBody", "Transport"],
  ["protocol.http.InvalidPath", 400, "InvalidPath", "Transport"],
  ["protocol.http.UnsupportedEncoding", 415, "UnsupportedEncoding", "Transport"],
  ["steps.externalcallout.ExecutionError", 500, "ExecutionError", "Step"],
  ["GrpcTlsInitFailed", 500, "GrpcTlsInitFailed", "System"],
  ["steps.functioncallout.ExecutionFailed", 500, "ExecutionFailed", "Step"],
  ["steps.functioncallout.InvalidParameter", 500, "InvalidParameter", "Step"],
  ["steps.functioncallout.UserFacingError", 409, "UserFacingError", "Step"],
  ["steps.functioncallout.AuthorizationRequired", 403, "AuthorizationRequired", "Step"],
  ["googletoken.EmptyIDTokenAudience", 500, "EmptyIDTokenAudience", "System"],
  [
    "messaging.adaptors.http.filter.GoogleTokenGenerationFailure",
    500,
    "GoogleTokenGenerationFailure",
    "Messaging",
  ],
  ["sortie.InternalError", 500, "InternalError", "System"],
  ["sortie.BodyNotSendable", 500, "BodyNotSendable", "System"],
  ["sortie.HostNotAllowed", 421, "HostNotAllowed", "System"],
  ["sortie.InvalidHost", 400, "InvalidHost", "System"],
  ["sortie.NothingDeployed", 503, "NothingDeployed", "System"],
  ["sortie.ProxyUnavailable", 503, "ProxyUnavailable", "System"],
  ["sortie.CalloutDepthExceeded", 508, "CalloutDepthExceeded", "System"],
];

/** Every declared error by its code; those of which several parts declare one have equal statuses. */
const declared = new Map(
  [
    ...[...policyTypes.values()].flatMap(({ faults = {} }) => Object.values(faults)),
    ...Object.values(transportFaults),
    ...Object.values(requestReading),
    ...Object.values(responseReading),
    ...[unsupportedEncoding, apiTimedOut, routeFailed, applicationNotFound, calloutDepthExceeded],
    ...[lengthRequired, bodyNotSendable, invalidHost, invalidPath, nothingDeployed, hostNotAllowed],
    ...[internalFault, proxyUnavailable, emptyIdTokenAudience, googleTokenGenerationFailure],
  ].map((type) => [`${type.code} ${type.status}`, type]),
);

test.each(documented)(
  "%s has the status %d, the name %s and the category %s",
  (code, status, name, category) => {
    const type = declared.get(`${code} ${status}`);
    const fault = new Fault(type?.code ?? "none is declared", "text");
    expect([fault.faultName, fault.category]).toEqual([name, category]);
  },
);

describe("the default body", () => {
  const fault = new Fault("steps.raisefault.RaiseFault", 'Raising fault. Fault name : <R> & "S"');
  const json = `{"fault":{"faultstring":"Raising fault. Fault name : <R> & \\"S\\"","detail":{"errorcode":"steps.raisefault.RaiseFault"}}}`;
  const xml =
    '<fault><faultstring>Raising fault. Fault name : &lt;R&gt; &amp; "S"</faultstring><detail><errorcode>steps.raisefault.RaiseFault</errorcode></detail></fault>';

  test.each([
    [null, "json"],
    ["", "json"],
    ["*/*", "json"],
    ["application/json", "json"],
    ["application/xml", "xml"],
    ["text/xml", "xml"],
    ["APPLICATION/XML;q=0.9", "xml"],
    ["application/soap+xml", "xml"],
    ["application/xml, application/json", "json"],
    ["application/xml, application/problem+json", "json"],
    ["text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "xml"],
    ["text/html", "json"],
    ["application/xmlish", "json"],
  ])("for Accept %j is %s", (accept, kind) => {
    expect(faultBody(fault, accept)).toEqual(
      kind === "xml"
        ? { contentType: "application/xml", text: xml }
        : { contentType: "application/json", text: json },
    );
  });

  test("says nothing of the cause", () => {
    const { text } = faultBody(
      new Fault("flow.APITimedOut", "API timed out", { cause: new Error("secret") }),
      null,
    );
    expect(text).not.toContain("secret");
  });

  test("leaves out of XML what XML cannot hold", () => {
    const { text } = faultBody(new Fault("flow.APITimedOut", "a\u0000b\u001fc\ufffe\td"), "text/xml");
    expect(text).toContain("<faultstring>abc\td</faultstring>");
  });
});
