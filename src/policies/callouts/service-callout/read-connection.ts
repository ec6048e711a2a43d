import {
  type HttpConnection,
  type LocalConnection,
  readHttpTargetConnection,
  readLocalTargetConnection,
} from "../../../connections/connection.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { positionOf, type Report } from "../../../documents/report.ts";

/** What a ServiceCallout calls. */
export type CalloutConnection =
  | { readonly kind: "http"; readonly http: HttpConnection }
  | { readonly kind: "local"; readonly local: LocalConnection };

/** Stands for a connection that was reported as unusable, and is never built. */
function unusable(policy: XmlElement): CalloutConnection {
  const at = { proxy: positionOf(policy), endpoint: positionOf(policy) };
  return { kind: "local", local: { proxy: null, endpoint: null, path: null, at } };
}

/** Properties of a target that cannot mean anything for a callout. */
const withoutEffect = new Set([
  "compression.algorithm",
  "request.streaming.enabled",
  "response.streaming.enabled",
  "request.retain.headers",
  "request.retain.headers.enabled",
  "response.retain.headers",
  "response.retain.headers.enabled",
  "retain.queryparams",
  "retain.queryparams.enabled",
]);

/**
 * The connection of a ServiceCallout. Reports ConnectionInfoMissing, ConnectionInfoAmbiguous, URLMissing and
 * PropertyWithoutEffect, and what the connection's own reader reports.
 */
export function readConnection(policy: XmlElement, report: Report): CalloutConnection {
  const name = policy.attribute("name") ?? "";
  const options = { unusedProperties: withoutEffect, urlMissing: `URL is missing in Step ${name}` };
  const http = policy.child("HTTPTargetConnection");
  const local = policy.child("LocalTargetConnection");
  if (http && local) {
    report.error(
      "ConnectionInfoAmbiguous",
      local,
      "There are both <HTTPTargetConnection> and <LocalTargetConnection>.",
      "Keep the one that the callout is meant to use.",
    );
    readHttpTargetConnection(http, report, options);
    readLocalTargetConnection(local, report);
    return unusable(policy);
  }
  if (local) return { kind: "local", local: readLocalTargetConnection(local, report) };
  if (http === undefined) {
    report.error(
      "ConnectionInfoMissing",
      policy,
      `Connection information is missing in Step ${name}`,
      "Add an <HTTPTargetConnection> or a <LocalTargetConnection>.",
    );
    return unusable(policy);
  }
  warnOfProperties(http, report);
  return { kind: "http", http: readHttpTargetConnection(http, report, options) };
}

function warnOfProperties(connection: XmlElement, report: Report): void {
  for (const property of connection.child("Properties")?.children("Property") ?? []) {
    const name = property.attribute("name")?.trim() ?? "";
    if (!withoutEffect.has(name)) continue;
    report.warning(
      "PropertyWithoutEffect",
      property,
      `The property ${name} has no effect in a callout: what is sent is the policy's request, and the answer is read whole.`,
      "Remove it if nothing depends on it.",
    );
  }
}
