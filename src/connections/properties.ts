import type { XmlElement } from "../documents/element.ts";
import { didYouMean } from "../documents/nearest.ts";
import { readBoolean, readInteger } from "../documents/read.ts";
import type { Report } from "../documents/report.ts";
import { parseSuccessCodes, type SuccessCodes } from "./success-codes.ts";

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

export type CompressionAlgorithm = "gzip" | "deflate" | "none";

const MEGABYTE = 1024 * 1024;

/** Documented or legacy properties that cannot change anything here, and why. */
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
 * Reads the Properties element of an HTTPTargetConnection. A value that means nothing is the default, with a warning:
 * InvalidProperty, InvalidBoolean and InvalidInteger; it is an error where the default passes on more than was meant.
 * Warns of PropertyWithoutEffect, DuplicateProperty and UnknownProperty.
 *
 * @param unused properties that have no effect on this connection, of which the caller says so
 */
export function readTargetProperties(
  xml: XmlElement | undefined,
  report: Report,
  unused: ReadonlySet<string> = new Set(),
): TargetProperties {
  const properties = new Map<string, XmlElement>();
  for (const element of xml?.children("Property") ?? []) {
    const name = element.attribute("name")?.trim() ?? "";
    if (name === "") {
      const message = "<Property> has no name and no effect.";
      report.warning("InvalidProperty", element, message, 'Write <Property name="…">.');
    } else if (properties.has(name)) {
      report.warning("DuplicateProperty", element, `${name} is set twice; the last one counts.`, "Keep one.");
    }
    if (!unused.has(name)) properties.set(name, element);
  }
  const known = new Set<string>([""]);
  const property = (name: string) => {
    known.add(name);
    return properties.get(name);
  };
  const flag = (name: string) => readBoolean(property(name), false, report);
  const retains = (name: string) => readBoolean(property(name), true, report, "error");
  const names = (name: string) => listOf(property(name)?.text() ?? "");

  const retainedRequestHeaders = names("request.retain.headers");
  const retainedResponseHeaders = names("response.retain.headers");
  const retainedQueryParameters = names("retain.queryparams");
  const read: TargetProperties = {
    ioTimeoutMs: readInteger(property("io.timeout.millis"), 55_000, report, { minimum: 1 }),
    successCodes: successCodesOf(property("success.codes"), report),
    compression: compressionOf(property("compression.algorithm"), report),
    requestStreaming: flag("request.streaming.enabled"),
    responseStreaming: flag("response.streaming.enabled"),
    responseBodyLimit: limitOf(property("response.payload.parse.limit"), report),
    retainRequestHeaders: retains("request.retain.headers.enabled") && retainedRequestHeaders.length === 0,
    retainedRequestHeaders,
    retainResponseHeaders: retains("response.retain.headers.enabled") && retainedResponseHeaders.length === 0,
    retainedResponseHeaders,
    retainQueryParameters: retains("retain.queryparams.enabled") && retainedQueryParameters.length === 0,
    retainedQueryParameters,
  };
  for (const [name, element] of properties) if (!known.has(name)) reportUnused(name, element, known, report);
  return read;
}

/** A property that nothing reads; whatever its value is, it changes nothing. */
function reportUnused(name: string, element: XmlElement, known: Iterable<string>, report: Report): void {
  const reason = withoutEffect.get(name);
  if (reason === undefined) {
    report.warning(
      "UnknownProperty",
      element,
      `The property ${name} is not known and has no effect.`,
      didYouMean(name, known, "remove it; “Endpoint properties reference” lists those that there are."),
    );
    return;
  }
  report.warning(
    "PropertyWithoutEffect",
    element,
    `The property ${name} has no effect: ${reason}.`,
    "Remove it if nothing depends on it.",
  );
}

function successCodesOf(element: XmlElement | undefined, report: Report): SuccessCodes | null {
  if (element === undefined || element.text() === "") return null;
  const codes = parseSuccessCodes(element.text());
  if (codes === null) {
    invalid(
      element,
      "success.codes",
      "statuses and classes with commas between them, such as 2xx,3xx,404",
      report,
    );
  }
  return codes;
}

/** A value of the property compression.algorithm; null when it is none of those. */
export function readCompressionAlgorithm(text: string): CompressionAlgorithm | null {
  const name = text.trim().toLowerCase();
  return name === "gzip" || name === "deflate" || name === "none" ? name : null;
}

function compressionOf(element: XmlElement | undefined, report: Report): CompressionAlgorithm | null {
  if (element === undefined || element.text() === "") return null;
  const algorithm = readCompressionAlgorithm(element.text());
  if (algorithm === null) invalid(element, "compression.algorithm", "gzip, deflate or none", report);
  return algorithm;
}

function limitOf(element: XmlElement | undefined, report: Report): number {
  const text = element?.text() ?? "";
  if (element === undefined || text === "") return 10 * MEGABYTE;
  const megabytes = Number(/^(\d{1,3}) ?m$/i.exec(text)?.[1] ?? 0);
  if (megabytes >= 10 && megabytes <= 30) return megabytes * MEGABYTE;
  invalid(element, "response.payload.parse.limit", "10M to 30M", report);
  return 10 * MEGABYTE;
}

function invalid(element: XmlElement, name: string, expected: string, report: Report): void {
  const message = `The property ${name} is ${JSON.stringify(element.text())}; its default counts.`;
  report.warning("InvalidProperty", element, message, `Write ${expected}.`);
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
