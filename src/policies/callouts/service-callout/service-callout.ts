import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { BODY_LIMIT_BYTES } from "../../../flow/body.ts";
import { readTimeout } from "../../parts/read-timeout.ts";
import { definePolicy } from "../../policy-type.ts";
import { referencesOfHttp } from "../../references.ts";
import { buildSeparateCallout, buildWaitingCallout } from "./answer.ts";
import { buildRequest } from "./build-request.ts";
import { faults } from "./faults.ts";
import { buildHttpCall } from "./http.ts";
import { buildLocalCall } from "./local.ts";
import { type CalloutConnection, readConnection } from "./read-connection.ts";
import { type CalloutRequest, readRequest } from "./read-request.ts";

/** A ServiceCallout as configured. */
interface ServiceCallout {
  readonly request: CalloutRequest;
  /** The name of the variable for the answer; null when the flow does not wait for one. */
  readonly response: string | null;
  /** Milliseconds for the answer's headers and body; null when the policy does not say. */
  readonly timeoutMs: number | null;
  readonly connection: CalloutConnection;
}

/** Apigee's default HTTP timeout. */
const DEFAULT_TIMEOUT_MS = 55_000;

/**
 * Calls another service, or another proxy of the environment, with a request of its own.
 * Apigee: "ServiceCallout policy".
 *
 * Faults (all 500): `steps.servicecallout.ExecutionFailed`, `…RequestVariableNotMessageType`,
 * `…RequestVariableNotRequestMessageType`, and `entities.UnresolvedVariable`.
 */
export const serviceCallout = definePolicy({
  element: "ServiceCallout",
  variablePrefix: "servicecallout",
  needs: ["egress", "google", "proxies", "sources", "targetServers"],
  faults,
  unsettable: (cause, policy) => faults.executionFailed(policy, cause.message),

  read(xml, report): ServiceCallout {
    return {
      request: readRequest(xml.child("Request"), report),
      response: readResponse(xml.child("Response"), report),
      timeoutMs: readTimeout(xml.child("Timeout"), report),
      connection: readConnection(xml, report),
    };
  },

  refersTo: ({ connection }) =>
    connection.kind === "local" ? { proxies: [connection.local] } : referencesOfHttp(connection.http),

  build({ request, response, timeoutMs, connection }, context) {
    const prepare = buildRequest(request, context);
    const options = { ...limitsOf(connection, timeoutMs), clearPayload: request.clearPayload };
    const send =
      connection.kind === "local"
        ? buildLocalCall(connection.local, context)
        : buildHttpCall(connection.http, { ...options, waits: response !== null }, context);
    return response === null
      ? buildSeparateCallout(prepare, send, options, context)
      : buildWaitingCallout(prepare, send, response, options, context);
  },
});

function readResponse(response: XmlElement | undefined, report: Report): string | null {
  const name = response?.text() || null;
  if (response && name === null) {
    report.warning(
      "ResponseVariableMissing",
      response,
      "<Response> names no variable: the flow does not wait for the answer and cannot use it.",
      "Write the name of a variable into <Response>, or remove it.",
    );
  }
  return name;
}

/** Timeout counts; without it the time that the connection's io.timeout.millis gives. */
function limitsOf(connection: CalloutConnection, timeoutMs: number | null) {
  if (connection.kind === "local") {
    return { timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS, bodyLimit: BODY_LIMIT_BYTES, successCodes: null };
  }
  const { ioTimeoutMs, responseBodyLimit, successCodes } = connection.http.properties;
  return { timeoutMs: timeoutMs ?? ioTimeoutMs, bodyLimit: responseBodyLimit, successCodes };
}
