import * as v from "valibot";
import type { IdentitySettings } from "../credentials/identity.ts";
import { isConfidential } from "../credentials/service-account.ts";
import type { Position, Report } from "../documents/report.ts";

const NOT_A_URL = "must be an https URL; http only on this machine";

const url = v.pipe(v.string(), v.check(isConfidential, NOT_A_URL));
const nonEmpty = v.pipe(v.string(), v.nonEmpty("must be a text that is not empty"));

/** What `identity.json` may hold. */
export const identityFileSchema = v.strictObject({
  issuer: v.pipe(
    url,
    v.check((text) => !/[?#]/.test(text), "must be a URL without query and fragment"),
  ),
  audience: v.optional(nonEmpty),
  jwksUri: v.optional(url),
  allowAnonymous: v.optional(v.boolean(), false),
  groupsClaim: v.optional(nonEmpty),
  loginUrl: v.optional(url),
  publicUrl: v.optional(
    v.pipe(
      url,
      v.check(
        (text) => URL.parse(text)?.origin === text,
        "must be a URL of scheme and host alone, such as https://api.example.com",
      ),
    ),
  ),
});

/** Reads who may say who callers are. Reports AudienceMissing as a warning. */
export function identityOf(
  file: v.InferOutput<typeof identityFileSchema> | null,
  at: Position,
  report: Report,
): IdentitySettings | null {
  if (file === null) return null;
  const { issuer, audience = null, jwksUri, allowAnonymous } = file;
  const { groupsClaim = null, loginUrl = null, publicUrl = null } = file;
  if (audience === null) {
    report.warning(
      "AudienceMissing",
      at,
      "Every token of the issuer is accepted, also one that was made for another application.",
      'Set "audience" to what the tokens for this gateway have in their claim aud.',
    );
  }
  return {
    issuer,
    audience,
    jwksUri: jwksUri ?? accessKeys(issuer),
    allowAnonymous,
    groupsClaim,
    loginUrl,
    publicUrl,
  };
}

/** Cloudflare Access has no OpenID configuration for its application tokens; others have. */
function accessKeys(issuer: string): string | null {
  const { hostname, origin } = new URL(issuer);
  return hostname.endsWith(".cloudflareaccess.com") ? `${origin}/cdn-cgi/access/certs` : null;
}
