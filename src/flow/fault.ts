/**
 * The documented error codes that this version can raise, with their default HTTP status.
 * Apigee: "Runtime error code reference" and each policy's "Error reference".
 */
export const faultStatus = {
  "steps.servicecallout.ExecutionFailed": 500,
  "steps.servicecallout.RequestVariableNotMessageType": 500,
  "steps.servicecallout.RequestVariableNotRequestMessageType": 500,
  "steps.assignmessage.SetVariableFailed": 500,
  "steps.assignmessage.VariableOfNonMsgType": 500,
  "steps.assignmessage.UnresolvedVariable": 500,
  "steps.externalcallout.ExecutionError": 500,
  /** What an ExternalCallout raises when no TLS connection to its server can be made. */
  GrpcTlsInitFailed: 500,
  "steps.extractvariables.ExecutionFailed": 500,
  "steps.extractvariables.ImmutableVariable": 500,
  "steps.extractvariables.InvalidJSONPath": 500,
  "steps.extractvariables.JsonPathParsingFailure": 500,
  "steps.extractvariables.SetVariableFailed": 500,
  "steps.extractvariables.SourceMessageNotAvailable": 500,
  "steps.extractvariables.UnableToCast": 500,
  /** What a FunctionCallout raises: the policy is Sortie's own. */
  "steps.functioncallout.ExecutionFailed": 500,
  "steps.functioncallout.InvalidParameter": 500,
  "steps.functioncallout.UserFacingError": 409,
  "steps.functioncallout.AuthorizationRequired": 403,
  "steps.raisefault.RaiseFault": 500,
  /** What a ServiceCallout raises for a variable of its Request that is not set. */
  "entities.UnresolvedVariable": 500,
  "flow.APITimedOut": 504,
  "flow.SharedFlowNotFound": 500,
  /** An ID token with neither an audience nor the target's URL for it. */
  "googletoken.EmptyIDTokenAudience": 500,
  "messaging.adaptors.http.filter.GoogleTokenGenerationFailure": 500,
  "messaging.adaptors.http.flow.ApplicationNotFound": 404,
  "messaging.adaptors.http.flow.DecompressionFailureAtRequest": 400,
  "messaging.adaptors.http.flow.DecompressionFailureAtResponse": 500,
  "messaging.adaptors.http.flow.ErrorResponseCode": 500,
  "messaging.adaptors.http.flow.GatewayTimeout": 504,
  "messaging.adaptors.http.flow.NoActiveTargets": 503,
  "messaging.adaptors.http.flow.RequestTimeOut": 408,
  "messaging.adaptors.http.flow.ServiceUnavailable": 503,
  "messaging.adaptors.http.flow.SslHandshakeFailed": 503,
  "messaging.adaptors.http.flow.UnexpectedEOFAtTarget": 502,
  "messaging.runtime.RouteFailed": 500,
  "protocol.http.TooBigBody": 413,
  "protocol.http.UnsupportedEncoding": 415,
  /** Not Apigee's: a defect of the gateway itself, whose details stay in the log. */
  "sortie.InternalError": 500,
  /** Not Apigee's: the configuration of the proxy could not be loaded from KV. */
  "sortie.ProxyUnavailable": 503,
  /** Not Apigee's: proxies that call each other deeper than the limit. */
  "sortie.CalloutDepthExceeded": 508,
} as const satisfies Record<string, number>;

/** A documented code, or one that the server of an ExternalCallout chose. */
export type FaultCode = keyof typeof faultStatus | `steps.externalcallout.${string}`;

const statusByCode: Readonly<Record<string, number>> = faultStatus;

/**
 * The error state that a policy or the pipeline enters: thrown, and caught only by the runner.
 * `message` is the documented fault string and goes to the client; `cause` goes to the log only.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  /** Whether it was raised on purpose: then continueOnError does not let the flow go on. */
  readonly isDeliberate: boolean;

  constructor(
    code: FaultCode,
    faultString: string,
    options: { status?: number; cause?: unknown; isDeliberate?: boolean } = {},
  ) {
    super(faultString, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? statusByCode[code] ?? 500;
    this.isDeliberate = options.isDeliberate ?? false;
  }

  /** The variable `fault.name`: the last part of the error code. */
  get faultName(): string {
    return this.code.slice(this.code.lastIndexOf(".") + 1);
  }

  /** The variable `fault.category`. Apigee: "What you need to know about policy errors" (taxonomy). */
  get category(): string {
    if (this.code.startsWith("steps.") || this.code.startsWith("entities.")) return "Step";
    if (this.code.startsWith("protocol.")) return "Transport";
    return this.code.startsWith("messaging.") ? "Messaging" : "System";
  }
}

/**
 * The default error body. Apigee: "Handling faults" (default fault response). XML is sent to a client whose
 * Accept header names XML and not JSON.
 */
export function faultBody(fault: Fault, accept: string | null): { contentType: string; text: string } {
  if (accept !== null && /[/+]xml\b/i.test(accept) && !/[/+]json\b/i.test(accept)) {
    const [faultString, errorCode] = [fault.message, fault.code].map(escapeMarkup);
    return {
      contentType: "application/xml",
      text: `<fault><faultstring>${faultString}</faultstring><detail><errorcode>${errorCode}</errorcode></detail></fault>`,
    };
  }
  const body = { fault: { faultstring: fault.message, detail: { errorcode: fault.code } } };
  return { contentType: "application/json", text: JSON.stringify(body) };
}

/** Markup escaped, and characters that XML 1.0 cannot hold left out. */
function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
