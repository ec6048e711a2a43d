import type { ProxyEndpoint } from "../bundle/model.ts";
import { readCompressionAlgorithm } from "../connections/properties.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import { BODY_LIMIT_BYTES } from "../flow/body.ts";
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
 * Transport properties of a ProxyEndpoint; an empty one has its default. Apigee: "Endpoint properties reference".
 * Warns of InvalidProperty, where the default counts, of PropertyWithoutEffect, for properties that change nothing on
 * Workers, and of UnknownProperty.
 */
export function readProxyProperties(
  { properties, at, name: endpoint }: ProxyEndpoint,
  report: Report,
): ProxyProperties {
  const known = new Set<string>();
  const read = <T>(name: string, fallback: T, parse: (text: string) => T | null, expected: string): T => {
    known.add(name);
    const text = properties.get(name) ?? "";
    const value = parse(text);
    if (text === "" || value !== null) return value ?? fallback;
    report.warning(
      "InvalidProperty",
      at,
      `The property ${name} of proxy endpoint ${endpoint} is ${JSON.stringify(text)}; its default counts.`,
      `Write ${expected}.`,
    );
    return fallback;
  };
  const flag = (name: string) => read(name, false, readFlag, "true or false");

  const meaning: ProxyProperties = {
    apiTimeoutMs: read(
      "api.timeout",
      INGRESS_TIMEOUT_MS,
      readTimeout,
      `milliseconds up to ${INGRESS_TIMEOUT_MS}`,
    ),
    requestStreaming: flag("request.streaming.enabled"),
    responseStreaming: flag("response.streaming.enabled"),
    xForwardedFor: flag("X-Forwarded-For"),
    requestBodyLimit: read("request.payload.parse.limit", BODY_LIMIT_BYTES, readLimit, "10M to 30M"),
    compression: read<ProxyProperties["compression"]>(
      "compression.algorithm",
      null,
      readCompressionAlgorithm,
      "gzip, deflate or none",
    ),
    ignoreContentTypeCharset: flag("request.queryparams.ignore.content.type.charset"),
  };
  for (const name of properties.keys()) {
    if (!known.has(name)) reportUnused(name, endpoint, known, at, report);
  }
  return meaning;
}

function readFlag(text: string): boolean | null {
  const word = text.toLowerCase();
  return word === "true" || word === "false" ? word === "true" : null;
}

function readTimeout(text: string): number | null {
  const ms = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return ms >= 1 && ms <= INGRESS_TIMEOUT_MS ? ms : null;
}

function readLimit(text: string): number | null {
  const megabytes = Number(/^(\d{1,3}) ?m$/i.exec(text)?.[1] ?? 0);
  return megabytes >= 10 && megabytes <= 30 ? megabytes * MEGABYTE : null;
}

/** A property that nothing reads. */
function reportUnused(
  name: string,
  endpoint: string,
  known: Iterable<string>,
  at: Position,
  report: Report,
): void {
  const property = `The property ${name} of proxy endpoint ${endpoint}`;
  if (withoutEffect.has(name)) {
    report.warning(
      "PropertyWithoutEffect",
      at,
      `${property} has no effect on Workers.`,
      "Remove it if nothing depends on it.",
    );
  } else {
    report.warning(
      "UnknownProperty",
      at,
      `${property} is not known and has no effect.`,
      didYouMean(name, known, "remove it; “Endpoint properties reference” lists those that there are."),
    );
  }
}
