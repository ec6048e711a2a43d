import * as v from "valibot";
import { didYouMean, nearestNames } from "../documents/nearest.ts";
import { choicesOf } from "../documents/schema-words.ts";
import { checkSslInfo, type SslInfo } from "./ssl-info.ts";

/** A flag, written as a boolean or as the text of one, as in Apigee's exports. */
const flag = v.union(
  [
    v.boolean(),
    v.pipe(
      v.string(),
      v.trim(),
      v.toLowerCase(),
      v.picklist(["true", "false"]),
      v.transform((word) => word === "true"),
    ),
  ],
  "Write true or false.",
);

const port = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], "Write a port from 1 to 65535."),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65535,
    "Write a port from 1 to 65535.",
  ),
);

const orNull = (text: string | null) => (text === "" ? null : text);
const optionalText = v.pipe(v.nullish(v.string("Write a text."), null), v.transform(orNull));

const texts = v.nullish(v.array(v.string("Write a text."), "Write a list of texts."), []);

/** A text, or an object with the text as its value. */
const commonName = v.union(
  [
    v.string(),
    v.pipe(
      v.object({ value: v.string(), wildcardMatch: v.nullish(flag, false) }),
      v.transform(({ value }) => value),
    ),
  ],
  "Write a text.",
);

const sslInfo = v.object(
  {
    enabled: v.nullish(flag, false),
    enforce: v.nullish(flag, false),
    ignoreValidationErrors: v.nullish(flag, false),
    clientAuthEnabled: v.nullish(flag, false),
    keyStore: optionalText,
    keyAlias: optionalText,
    trustStore: optionalText,
    commonName: v.pipe(v.nullish(commonName, null), v.transform(orNull)),
    ciphers: texts,
    protocols: texts,
  },
  "Write an object.",
);

const entity = v.object(
  {
    name: v.pipe(
      v.string("Write a name."),
      v.regex(/^[\w.-]{1,255}$/, "Write a name of letters, digits, dots, hyphens and underscores."),
    ),
    description: v.nullish(v.string(), ""),
    host: v.pipe(
      v.string("Write a host."),
      v.toLowerCase(),
      v.regex(/^(?:[\w.-]+|\[[0-9a-f:.]+\])$/, "Write a host without scheme, port or path."),
    ),
    port,
    protocol: v.nullish(
      v.picklist(["HTTP", "GRPC_TARGET", "GRPC"], "Write HTTP, GRPC_TARGET or GRPC."),
      "HTTP",
    ),
    /** Ours, beside Apigee's fields. */
    grpcTransport: v.nullish(v.picklist(["grpc-web", "connect"], "Write grpc-web or connect."), "grpc-web"),
    isEnabled: v.nullish(flag, true),
    sSLInfo: v.nullish(sslInfo, null),
  },
  "Write an object.",
);

/** How a gRPC server is called: Workers cannot send gRPC's own HTTP/2. */
export type GrpcTransport = "grpc-web" | "connect";

/** A named host of an environment. Apigee: "Load balancing across backend servers" and the TargetServer resource. */
export interface TargetServer {
  readonly name: string;
  /** A host name or address, without scheme; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  /** HTTP, gRPC as a proxy's target, or gRPC for ExternalCallout. */
  readonly protocol: "HTTP" | "GRPC_TARGET" | "GRPC";
  /** How a gRPC server is called from here; without effect for HTTP. */
  readonly grpcTransport: GrpcTransport;
  /** A disabled server is never called. */
  readonly isEnabled: boolean;
  /** Null when the entity says nothing about TLS; then the endpoint that uses it decides. */
  readonly sslInfo: SslInfo | null;
}

/** Something wrong in an entity. */
export interface TargetServerProblem {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** Its path in the entity, such as `sSLInfo.trustStore`; empty for the entity itself. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** A target server from its JSON, or null when it has an error. */
export function readTargetServer(json: unknown): {
  readonly server: TargetServer | null;
  readonly problems: readonly TargetServerProblem[];
} {
  const result = v.safeParse(entity, json);
  if (!result.success) {
    return { server: null, problems: [...unknownFields(json), ...result.issues.map(invalidField)] };
  }
  const { name, host, port, protocol, grpcTransport, isEnabled, sSLInfo } = result.output;
  const server = {
    name,
    host,
    port,
    protocol,
    grpcTransport,
    isEnabled,
    sslInfo: sSLInfo && { ...sSLInfo, crlStore: null },
  };
  const problems = [...unknownFields(json), ...sslProblems(server)];
  return { server: problems.some(({ severity }) => severity === "error") ? null : server, problems };
}

/** The target servers of a deployed environment, by name, without those that deployment would have refused. */
export function readTargetServers(entities: readonly unknown[]): ReadonlyMap<string, TargetServer> {
  const servers = entities.flatMap((json) => readTargetServer(json).server ?? []);
  return new Map(servers.map((server) => [server.name, server]));
}

/**
 * The start of the URLs of a target server: `https://host:port`. Its own TLS settings win over those of the
 * endpoint that uses it.
 */
export function baseUrl({ host, port, sslInfo }: TargetServer, endpoint: SslInfo | null = null): string {
  return `${(sslInfo ?? endpoint)?.enabled ? "https" : "http"}://${host}:${port}`;
}

function invalidField(issue: v.BaseIssue<unknown>): TargetServerProblem {
  const field = v.getDotPath(issue) ?? "";
  const subject = field === "" ? "A target server" : `The field "${field}" of a target server`;
  const missing = issue.received === "undefined";
  const meant = typeof issue.input === "string" ? nearestNames(issue.input, choicesOf(issue)) : [];
  return {
    severity: "error",
    code: "InvalidTargetServer",
    field,
    message: `${subject} ${missing ? "is missing" : `cannot be ${wordsFor(issue)}`}.`,
    remedy: meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : remedyFor(issue, field),
  };
}

/** Of a field that is not there, the library's issue is that of the object around it. */
function remedyFor({ message, received, type }: v.BaseIssue<unknown>, field: string): string {
  return received === "undefined" && type === "object" && field !== "" ? `Add "${field}".` : message;
}

/** A value as it is written; of one that holds others only what it is. */
function wordsFor({ input, received }: v.BaseIssue<unknown>): string {
  if (input === null || typeof input !== "object") return received;
  return Array.isArray(input) ? "a list" : "an object";
}

function unknownFields(json: unknown): TargetServerProblem[] {
  const named = (value: unknown, path: string, schema: { entries: object }) =>
    Object.keys(Object(value))
      .filter((name) => !Object.hasOwn(schema.entries, name))
      .map((name) => ({
        field: path + name,
        remedy: didYouMean(name, Object.keys(schema.entries), "take it out."),
      }));
  const { sSLInfo } = Object(json);
  return [...named(json, "", entity), ...named(sSLInfo, "sSLInfo.", sslInfo)].map(({ field, remedy }) => ({
    severity: "warning",
    code: "UnknownField",
    field,
    message: `The field "${field}" of a target server is not known and has no effect.`,
    remedy,
  }));
}

function sslProblems({ sslInfo }: TargetServer): TargetServerProblem[] {
  if (!sslInfo?.enabled) return [];
  return checkSslInfo(sslInfo).map(({ element, ...problem }) => ({
    ...problem,
    field: `sSLInfo.${element.charAt(0).toLowerCase()}${element.slice(1)}`,
  }));
}
