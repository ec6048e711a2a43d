import { readCompressionAlgorithm } from "../egress/properties.ts";
import { BODY_LIMIT_BYTES } from "../flow/body.ts";
import type { Report } from "../xml/report.ts";
import type { ProxyEndpoint } from "./model.ts";
import type { ProxyProperties } from "./program.ts";

/** Apigee: the ingress gives up after this time, whatever api.timeout says. */
const INGRESS_TIMEOUT_MS = 300_000;

const MEGABYTE = 1024 * 1024;

/** Documented properties that need nothing here: Workers decide, or the property is obsolete. */
const withoutEffect = new Set([
  "allow.http10",
  "enable.method.override",
  "GET.override.method",
  "POST.override.method",
  "PUT.override.method",
  "DELETE.override.method",
  "HTTPHeader.allowDuplicates",
  "HTTPHeader.multiValued",
]);

/**
 * Transport properties of a ProxyEndpoint. Apigee: "Endpoint properties reference".
 * Reports InvalidProperty and, for properties that change nothing on Workers, PropertyWithoutEffect.
 */
export function readProxyProperties(
  { properties, at, name }: ProxyEndpoint,
  report: Report,
): ProxyProperties {
  const invalid = (property: string, expected: string) =>
    report.error(
      "InvalidProperty",
      at,
      `The property ${property} of proxy endpoint ${name} is ${JSON.stringify(properties.get(property))}.`,
      `Write ${expected}.`,
    );
  const flag = (property: string): boolean => {
    const text = properties.get(property)?.toLowerCase() ?? "false";
    if (text !== "true" && text !== "false") invalid(property, "true or false");
    return text === "true";
  };
  const apiTimeout = Number(properties.get("api.timeout") ?? INGRESS_TIMEOUT_MS);
  if (!Number.isInteger(apiTimeout) || apiTimeout < 1 || apiTimeout > INGRESS_TIMEOUT_MS) {
    invalid("api.timeout", `milliseconds from 1 to ${INGRESS_TIMEOUT_MS}`);
  }
  const limit = /^(\d+)\s*m$/i.exec(properties.get("request.payload.parse.limit") ?? "10M")?.[1];
  if (limit === undefined || Number(limit) < 10 || Number(limit) > 30) {
    invalid("request.payload.parse.limit", "10M to 30M");
  }
  const compression = readCompressionAlgorithm(properties.get("compression.algorithm") ?? "");
  if (compression === null && properties.get("compression.algorithm")) {
    invalid("compression.algorithm", "gzip, deflate or none");
  }
  const known = {
    apiTimeoutMs: apiTimeout,
    requestStreaming: flag("request.streaming.enabled"),
    responseStreaming: flag("response.streaming.enabled"),
    xForwardedFor: flag("X-Forwarded-For"),
    requestBodyLimit: limit === undefined ? BODY_LIMIT_BYTES : Number(limit) * MEGABYTE,
    compression,
    ignoreContentTypeCharset: flag("request.queryparams.ignore.content.type.charset"),
  };
  for (const property of properties.keys()) {
    if (withoutEffect.has(property)) {
      report.warning(
        "PropertyWithoutEffect",
        at,
        `The property ${property} of proxy endpoint ${name} has no effect on Workers.`,
        "Remove it if nothing depends on it.",
      );
    } else if (!supported.has(property)) {
      report.warning(
        "UnknownProperty",
        at,
        `The property ${property} of proxy endpoint ${name} is not known and has no effect.`,
        "Correct the name or remove it; see “Endpoint properties reference”.",
      );
    }
  }
  return known;
}

const supported = new Set([
  "api.timeout",
  "compression.algorithm",
  "request.payload.parse.limit",
  "request.streaming.enabled",
  "response.streaming.enabled",
  "X-Forwarded-For",
  "request.queryparams.ignore.content.type.charset",
]);
