import type { XmlElement } from "../documents/element.ts";
import type { Report } from "../documents/report.ts";
import { type CompressionAlgorithm, TransportProperties } from "./transport-properties.ts";

/** Apigee: "Endpoint properties reference" (ProxyEndpoint transport properties). */
export interface ProxyProperties {
  /** Milliseconds for the whole exchange. */
  readonly apiTimeoutMs: number;
  readonly requestStreaming: boolean;
  readonly responseStreaming: boolean;
  readonly xForwardedFor: boolean;
  /** Bytes. */
  readonly requestBodyLimit: number;
  /** What answers are compressed with; null is what they came with. */
  readonly compression: CompressionAlgorithm | null;
  readonly ignoreContentTypeCharset: boolean;
}

/** Apigee: the ingress gives up after this time, whatever api.timeout says. */
const INGRESS_TIMEOUT_MS = 300_000;

const METHOD = "the method is always the client's own";
const HEADERS = "a header may always have several values";

const withoutEffect: ReadonlyMap<string, string> = new Map([
  ["allow.http10", "Workers choose the HTTP version"],
  ["enable.method.override", METHOD],
  ["GET.override.method", METHOD],
  ["POST.override.method", METHOD],
  ["PUT.override.method", METHOD],
  ["DELETE.override.method", METHOD],
  ["HTTPHeader.allowDuplicates", HEADERS],
  ["HTTPHeader.multiValued", HEADERS],
]);

/** Reads the Properties element of an HTTPProxyConnection. Warns as {@link TransportProperties} does. */
export function readProxyProperties(xml: XmlElement | undefined, report: Report): ProxyProperties {
  const properties = new TransportProperties(xml, report);
  const read: ProxyProperties = {
    apiTimeoutMs: properties.timeout("api.timeout", INGRESS_TIMEOUT_MS, { maximum: INGRESS_TIMEOUT_MS }),
    requestStreaming: properties.flag("request.streaming.enabled"),
    responseStreaming: properties.flag("response.streaming.enabled"),
    xForwardedFor: properties.flag("X-Forwarded-For"),
    requestBodyLimit: properties.bodyLimit("request.payload.parse.limit"),
    compression: properties.compression("compression.algorithm"),
    ignoreContentTypeCharset: properties.flag("request.queryparams.ignore.content.type.charset"),
  };
  properties.reportOthers(withoutEffect);
  return read;
}
