import * as v from "valibot";

/** How a token endpoint learns which client asks (RFC 6749, section 2.3): `none` is for public clients. */
export const authMethods = ["client_secret_basic", "client_secret_post", "none"] as const;

/** Foundry: "Configure outbound applications" (OAuth 2.0, authorization code only). */
export const outboundApplicationSchema = v.object({
  name: v.string(),
  displayName: v.string(),
  description: v.string(),
  authorizationUrl: v.string(),
  tokenUrl: v.string(),
  /** Where tokens are revoked (RFC 7009); null when users who withdraw their consent only have them deleted. */
  revocationUrl: v.nullable(v.string()),
  clientId: v.string(),
  tokenEndpointAuthMethod: v.picklist(authMethods),
  scopes: v.array(v.string()),
  pkce: v.boolean(),
  /** Seconds that an access token lives when the server does not say; null when it must. */
  accessTokenExpiration: v.nullable(v.number()),
  /** Shown to users before they are asked for consent. */
  approvalPrompt: v.string(),
  /** The server's name in the callback (RFC 9207); null when it is not checked. */
  issuer: v.nullable(v.string()),
  enabled: v.boolean(),
});

/** An outbound application as it is deployed; its client secret is kept apart. */
export type OutboundApplication = v.InferOutput<typeof outboundApplicationSchema>;
