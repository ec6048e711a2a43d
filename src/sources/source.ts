import * as v from "valibot";

/**
 * A source as it is deployed: an external system with a name, and all that may be known of it but its secrets.
 * Field names are those of Foundry's connectivity API where it has them. Foundry: "Set up a source".
 */

/** A secret of the source, by its name. */
const secretName = v.string();

/** How calls to a domain prove who is calling. Foundry: "REST API source" (authentication). */
const authSchema = v.variant("type", [
  v.object({ type: v.literal("none") }),
  v.object({ type: v.literal("basic"), username: v.string(), password: secretName }),
  v.object({ type: v.literal("bearerToken"), bearerToken: secretName }),
  v.object({
    type: v.literal("apiKey"),
    location: v.variant("type", [
      v.object({ type: v.literal("header"), headerName: v.string() }),
      v.object({ type: v.literal("queryParameter"), queryParameterName: v.string() }),
    ]),
    apiKey: secretName,
  }),
  v.object({ type: v.literal("oauth2") }),
]);

const domainSchema = v.object({
  scheme: v.picklist(["HTTP", "HTTPS"]),
  host: v.string(),
  /** Null is the scheme's own. */
  port: v.nullable(v.number()),
  auth: authSchema,
});

/** A secret that code may read, or one that is bound to hosts: then code sees a placeholder for it. */
const additionalSecretSchema = v.object({
  name: secretName,
  /**
   * Hosts for which the egress puts the secret in place of the placeholder, as egress rules with their scheme:
   * `https://api.example.com`. Null when code reads the secret.
   */
  hosts: v.nullable(v.array(v.string())),
});

/** Foundry: "Configure egress": where a workload may connect to. */
const egressPolicySchema = v.object({
  /** A DNS name, `*.` with a domain, an IPv4 address, or a block of them in CIDR notation. */
  address: v.string(),
  /** One port, or with an address or block a range, both ends included. */
  ports: v.object({ first: v.number(), last: v.number() }),
  state: v.picklist(["pending", "active", "paused", "revoked"]),
});

/** The bridges that all calls of a source go through, each through one of them at random. */
const bridgeSchema = v.object({
  /** Scheme, host and port, as URL parsing writes an origin. */
  addresses: v.array(v.string()),
  /** What calls are signed with. */
  key: secretName,
  /** The Worker's binding that leads to them; null when they are reached as any other host. */
  binding: v.nullable(v.string()),
});

export const sourceSchema = v.object({
  apiName: v.string(),
  /** `rest` has HTTPS connections, one for each domain; any other kind gives code nothing but its secrets. */
  type: v.string(),
  domains: v.array(domainSchema),
  additionalSecrets: v.array(additionalSecretSchema),
  /** The outbound application that domains with the authentication `oauth2` use. */
  outboundApplication: v.nullable(v.string()),
  /** The Worker's certificate binding that presents the client certificate. */
  clientCertificateBinding: v.nullable(v.string()),
  egressPolicies: v.array(egressPolicySchema),
  /** Null when calls go straight to where they are for. */
  bridge: v.optional(v.nullable(bridgeSchema), null),
  exportSettings: v.object({
    exportsEnabled: v.boolean(),
    exportEnabledWithoutMarkingsValidation: v.boolean(),
  }),
  /** Whether code may import it. */
  codeImportEnabled: v.boolean(),
});

export type Source = v.InferOutput<typeof sourceSchema>;
export type SourceBridge = NonNullable<Source["bridge"]>;
export type SourceDomain = Source["domains"][number];
export type SourceEgressPolicy = Source["egressPolicies"][number];
