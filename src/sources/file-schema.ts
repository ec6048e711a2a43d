import * as v from "valibot";
import { TOKEN } from "../text/token.ts";

/**
 * What `sources/NAME.yaml` may hold. Field names are those of Foundry's connectivity API where it has them. The
 * JSON Schema for editors is made of this.
 */

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));

/** What a secret may be called: it is part of a key in KV and of a command line. */
export const SECRET_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;

const secretName = v.pipe(
  v.string(),
  v.regex(SECRET_NAME, "must begin with a letter and go on with letters, digits, _, . and -, at most 100"),
);

/** Foundry's EncryptedProperty as it is read: the name of a secret, never its value. */
const secret = described(
  v.strictObject({ type: v.literal("asSecretName"), value: secretName }),
  "The name of a secret. Its value is set with `sortie secret set SOURCE NAME`.",
);

const PORT = "must be a port from 1 to 65535";
const port = v.pipe(v.number(), v.integer(PORT), v.minValue(1, PORT), v.maxValue(65535, PORT));

/** What a header's name is made of. */
const headerName = v.pipe(v.string(), v.regex(TOKEN, "must be the name of a header"));

const auth = v.variant("type", [
  v.strictObject({ type: v.literal("none") }),
  v.strictObject({
    type: v.literal("basic"),
    username: v.pipe(v.string(), v.regex(/^[^:]*$/, "must be a text without a colon")),
    password: secret,
  }),
  v.strictObject({ type: v.literal("bearerToken"), bearerToken: secret }),
  v.strictObject({
    type: v.literal("apiKey"),
    location: v.variant("type", [
      v.strictObject({ type: v.literal("header"), headerName }),
      v.strictObject({
        type: v.literal("queryParameter"),
        queryParameterName: v.pipe(v.string(), v.minLength(1, "must be a text that is not empty")),
      }),
    ]),
    apiKey: secret,
  }),
  v.strictObject({ type: v.literal("oauth2") }),
]);

const domain = v.strictObject({
  scheme: v.optional(v.picklist(["HTTP", "HTTPS"]), "HTTPS"),
  host: described(v.string(), "A DNS name or an IPv4 address."),
  port: v.optional(described(port, "Default: the scheme's own, 443 or 80.")),
  auth: v.optional(described(auth, "How calls prove who is calling. Default: not at all."), { type: "none" }),
});

const additionalSecrets = v.optional(
  described(
    v.strictObject({ type: v.literal("asSecretsNames"), secretNames: v.array(secretName) }),
    "Secrets that code may read.",
  ),
  { type: "asSecretsNames", secretNames: [] },
);

const hostBoundSecrets = v.optional(
  described(
    v.record(secretName, v.pipe(v.array(v.string()), v.minLength(1, "must name a host"))),
    "Secrets that reach only these hosts: code reads a placeholder, which is replaced in headers and query strings of calls to them. HOST or HOST:PORT for https, or http://HOST:PORT.",
  ),
  {},
);

const bindingName = v.pipe(v.string(), v.regex(/^[A-Za-z_$][\w$]*$/, "must be the name of a binding"));

const bridge = v.strictObject({
  addresses: described(
    v.pipe(
      v.array(v.string()),
      v.minLength(1, "must list an address"),
      v.maxLength(20, "must list 20 addresses at most"),
    ),
    "Where `sortie bridge` listens, such as https://bridge.example.com:8443. Each call takes one of them at random.",
  ),
  key: described(secret, "The name of the secret that calls are signed with. The bridge has it in a file."),
  binding: v.optional(
    described(
      bindingName,
      "A binding of the Worker that leads to the bridges, such as one to a VPC service.",
    ),
  ),
});

const restConfiguration = v.strictObject({
  type: v.literal("rest"),
  domains: described(
    v.pipe(v.array(domain), v.minLength(1, "must list a domain")),
    "The system's addresses. Code can use a source with exactly one.",
  ),
  additionalSecrets,
  hostBoundSecrets,
  outboundApplication: v.optional(
    described(
      v.string(),
      "The file in outbound-applications/ that domains with the authentication oauth2 use.",
    ),
  ),
  serverCertificates: v.optional(
    described(
      v.record(v.string(), v.string()),
      "Certificates in PEM by alias, one each. Workers trust public authorities and no others; a bridge trusts those of its own file.",
    ),
    {},
  ),
  clientCertificate: v.optional(
    v.strictObject({
      binding: described(
        bindingName,
        "The mtls_certificates binding of the Worker that presents the client certificate.",
      ),
    }),
  ),
});

const otherConfiguration = v.strictObject({
  type: described(
    v.pipe(
      v.string(),
      v.regex(/^(?!rest$)[a-z][A-Za-z0-9-]*$/, 'must be "rest" or another type such as "jdbc"'),
    ),
    "jdbc, s3, snowflake and so on: code reads the secrets of the source and nothing else.",
  ),
  additionalSecrets,
  hostBoundSecrets,
});

const PORT_RANGE = "must be a port from 1 to 65535, or a range such as 8000-8100";

const networkEgressPolicy = v.strictObject({
  address: described(
    v.string(),
    "A DNS name, *. before a domain for one level, an IPv4 address or a block such as 10.0.0.0/8.",
  ),
  port: described(
    v.union([port, v.pipe(v.string(), v.regex(/^\d{1,5}-\d{1,5}$/, PORT_RANGE))], PORT_RANGE),
    "One port; for addresses and blocks also a range such as 8000-8100.",
  ),
  state: v.optional(
    described(
      v.picklist(["pending", "active", "paused", "revoked"]),
      "A function whose source has a policy that is not active does not start.",
    ),
    "active",
  ),
});

export const sourceFileSchema = v.strictObject({
  apiName: described(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z][A-Za-z0-9_]{0,99}$/,
        "must begin with a letter and go on with letters, digits and _, at most 100",
      ),
    ),
    "What code, flows and commands call the source.",
  ),
  displayName: v.optional(described(v.string(), "For people to read.")),
  environments: v.optional(
    described(
      v.pipe(v.array(v.string()), v.minLength(1, "must name an environment")),
      "The environments that have the source. Default: all.",
    ),
  ),
  configuration: v.variant("type", [restConfiguration, otherConfiguration]),
  worker: v.optional(
    v.strictObject({
      type: v.optional(v.literal("foundryWorker"), "foundryWorker"),
      networkEgressPolicies: described(
        v.array(networkEgressPolicy),
        "Where workloads that use the source may connect to.",
      ),
      bridge: v.optional(described(bridge, "The bridges that all calls of the source go through.")),
    }),
    { networkEgressPolicies: [] },
  ),
  exportSettings: v.optional(
    v.strictObject({
      exportsEnabled: v.boolean(),
      exportEnabledWithoutMarkingsValidation: v.optional(
        described(v.boolean(), "Functions need this as well: they cannot validate markings."),
        false,
      ),
    }),
    { exportsEnabled: false },
  ),
  codeImport: v.optional(
    v.strictObject({ enabled: described(v.boolean(), "Whether functions may use the source.") }),
    { enabled: false },
  ),
});

export type SourceFile = v.InferOutput<typeof sourceFileSchema>;
