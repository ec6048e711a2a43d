import { JsonFields, type JsonProblem } from "./json-fields.ts";
import { checkSslInfo, type SslInfo } from "./ssl-info.ts";

/** What a target server speaks: HTTP, gRPC as a proxy's target, or gRPC for ExternalCallout. */
export type TargetProtocol = "HTTP" | "GRPC_TARGET" | "GRPC";

const protocols: readonly TargetProtocol[] = ["HTTP", "GRPC_TARGET", "GRPC"];

/** A named host of an environment. Apigee: "Load balancing across backend servers" and the TargetServer resource. */
export interface TargetServer {
  readonly name: string;
  /** A host name or address, without scheme; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  readonly protocol: TargetProtocol;
  /** A disabled server is never called. */
  readonly isEnabled: boolean;
  /** Null when the entity says nothing about TLS; then the endpoint that uses it decides. */
  readonly sslInfo: SslInfo | null;
}

/**
 * A target server from its JSON, or null when it has an error. Booleans and numbers may be strings, as in
 * Apigee's exports.
 */
export function readTargetServer(json: unknown): {
  server: TargetServer | null;
  problems: readonly JsonProblem[];
} {
  const fields = new JsonFields("target server", json);
  const server: TargetServer = {
    name: fields.text("name", /^[\w.-]{1,255}$/, "a name of letters, digits, dots, hyphens and underscores"),
    host: fields.text("host", /^(?:[\w.-]+|\[[0-9a-f:.]+\])$/i, "a host without scheme, port or path"),
    port: fields.port("port"),
    protocol: fields.oneOf("protocol", protocols, "HTTP"),
    isEnabled: fields.boolean("isEnabled", true),
    sslInfo: readSslInfo(fields),
  };
  fields.ignore("description");
  fields.reportUnknown();
  const failed = fields.problems.some(({ severity }) => severity === "error");
  return { server: failed ? null : server, problems: fields.problems };
}

/**
 * The start of the URLs of a target server: `https://host:port`. Its own TLS settings win over those of the
 * endpoint that uses it.
 */
export function baseUrl({ host, port, sslInfo }: TargetServer, endpoint: SslInfo | null = null): string {
  return `${(sslInfo ?? endpoint)?.enabled ? "https" : "http"}://${host}:${port}`;
}

function readSslInfo(server: JsonFields): SslInfo | null {
  const fields = server.object("sSLInfo");
  if (fields === null) {
    server.absent("sSLInfo", "Write an object.");
    return null;
  }
  const info: SslInfo = {
    enabled: fields.boolean("enabled", false),
    enforce: fields.boolean("enforce", false),
    ignoreValidationErrors: fields.boolean("ignoreValidationErrors", false),
    clientAuthEnabled: fields.boolean("clientAuthEnabled", false),
    keyStore: fields.optionalText("keyStore"),
    keyAlias: fields.optionalText("keyAlias"),
    trustStore: fields.optionalText("trustStore"),
    crlStore: null,
    commonName: readCommonName(fields),
    ciphers: fields.texts("ciphers"),
    protocols: fields.texts("protocols"),
  };
  fields.reportUnknown();
  for (const { element, ...problem } of info.enabled ? checkSslInfo(info) : []) {
    server.problems.push({
      ...problem,
      field: `sSLInfo.${element.charAt(0).toLowerCase()}${element.slice(1)}`,
    });
  }
  return info;
}

/** A common name is a text, or an object with the text as its `value`. */
function readCommonName(sslInfo: JsonFields): string | null {
  const object = sslInfo.object("commonName");
  if (object === null) return sslInfo.optionalText("commonName");
  object.ignore("wildcardMatch");
  const text = object.optionalText("value");
  object.reportUnknown();
  return text;
}
