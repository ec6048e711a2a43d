import * as v from "valibot";

/** Whose tokens say who a caller is, as deployed. */
export const identitySchema = v.object({
  /** The claim `iss` of every token: an https URL, or http on this machine. */
  issuer: v.string(),
  /** A value that the claim `aud` must have; null when any of the issuer's tokens will do. */
  audience: v.nullable(v.string()),
  /** Where the issuer's keys are; null when its OpenID configuration says it. */
  jwksUri: v.nullable(v.string()),
  /** Whether callers without a token may execute functions. */
  allowAnonymous: v.boolean(),
  /** The claim that lists a user's groups; null when tokens say nothing of groups. */
  groupsClaim: v.optional(v.nullable(v.string()), null),
  /** Where a browser signs in, with the page to come back to as `return_to`; null when something else sees to it. */
  loginUrl: v.optional(v.nullable(v.string()), null),
  /**
   * Scheme and host of the pages of consents, where no proxy is served: what a proxy's pages do is cross-site there.
   * Null when they share the host of whatever is asked for.
   */
  publicUrl: v.optional(v.nullable(v.string()), null),
});

export type IdentitySettings = v.InferOutput<typeof identitySchema>;
