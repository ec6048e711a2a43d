import type { XmlElement } from "../documents/element.ts";
import type { Report } from "../documents/report.ts";
import { parseSuccessCodes, type SuccessCodes } from "./success-codes.ts";
import { type CompressionAlgorithm, TransportProperties } from "./transport-properties.ts";

/**
 * The transport properties of a target that Workers can honour. Apigee: "Endpoint properties reference"
 * (TargetEndpoint transport properties). Their values are literals.
 */
export interface TargetProperties {
  /** io.timeout.millis: for the answer to start, and between parts of it. */
  readonly ioTimeoutMs: number;
  /** Null stands for the default: every status below 400. */
  readonly successCodes: SuccessCodes | null;
  /** compression.algorithm: what requests are compressed with; null is what they came with. */
  readonly compression: CompressionAlgorithm | null;
  readonly requestStreaming: boolean;
  readonly responseStreaming: boolean;
  /** response.payload.parse.limit in bytes. */
  readonly responseBodyLimit: number;
  /** Whether all headers of the message go on; otherwise only the retained ones do. */
  readonly retainRequestHeaders: boolean;
  readonly retainedRequestHeaders: readonly string[];
  readonly retainResponseHeaders: boolean;
  readonly retainedResponseHeaders: readonly string[];
  readonly retainQueryParameters: boolean;
  readonly retainedQueryParameters: readonly string[];
}

const withoutEffect: ReadonlyMap<string, string> = new Map([
  ["allow.http10", "Workers choose the HTTP version"],
  ["allow.post.without.content.length", "a POST without a body is always allowed"],
  ["allow.put.without.content.length", "a PUT without a body is always allowed"],
  ["allow.tls.session.resumption", "Workers manage connections"],
  ["connect.timeout.millis", "Workers do not limit connecting apart; io.timeout.millis covers it"],
  ["ignore.allow.header.for.405", "a 405 without an Allow header always passes"],
  ["keepalive.timeout.millis", "Workers manage connections"],
  ["supports.http10", "Workers choose the HTTP version"],
  ["supports.http11", "Workers choose the HTTP version"],
  ["use.proxy", "there is no forward proxy"],
  ["use.proxy.host.header.with.target.uri", "there is no forward proxy"],
  ["use.proxy.tunneling", "there is no forward proxy"],
]);

/**
 * Reads the Properties element of an HTTPTargetConnection. Warns as {@link TransportProperties} does; it is an error
 * where the default passes on more than was meant.
 *
 * @param unused properties that have no effect on this connection, of which the caller says so
 */
export function readTargetProperties(
  xml: XmlElement | undefined,
  report: Report,
  unused: ReadonlySet<string> = new Set(),
): TargetProperties {
  const properties = new TransportProperties(xml, report, unused);
  const retains = (name: string, retained: readonly string[]) =>
    properties.flag(name, true, "error") && retained.length === 0;

  const retainedRequestHeaders = properties.list("request.retain.headers");
  const retainedResponseHeaders = properties.list("response.retain.headers");
  const retainedQueryParameters = properties.list("retain.queryparams");
  const read: TargetProperties = {
    ioTimeoutMs: properties.timeout("io.timeout.millis", 55_000),
    successCodes: properties.read<SuccessCodes | null>(
      "success.codes",
      null,
      "statuses and classes with commas between them, such as 2xx,3xx,404",
      parseSuccessCodes,
    ),
    compression: properties.compression("compression.algorithm"),
    requestStreaming: properties.flag("request.streaming.enabled"),
    responseStreaming: properties.flag("response.streaming.enabled"),
    responseBodyLimit: properties.bodyLimit("response.payload.parse.limit"),
    retainRequestHeaders: retains("request.retain.headers.enabled", retainedRequestHeaders),
    retainedRequestHeaders,
    retainResponseHeaders: retains("response.retain.headers.enabled", retainedResponseHeaders),
    retainedResponseHeaders,
    retainQueryParameters: retains("retain.queryparams.enabled", retainedQueryParameters),
    retainedQueryParameters,
  };
  properties.reportOthers(withoutEffect);
  return read;
}
