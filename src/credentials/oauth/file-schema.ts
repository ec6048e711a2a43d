import * as v from "valibot";
import { isConfidential } from "../service-account.ts";
import { authMethods } from "./application.ts";

/**
 * What `outbound-applications/NAME.yaml` may hold: what Foundry asks for when one configures an outbound
 * application, but for the client secret. The JSON Schema for editors is made of this.
 */

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));

const NOT_A_URL = "must be an https URL without user name and fragment; http only on this machine";

/** What an editor can check of it. */
const URL_SHAPE = /^https?:\/\/[^\s#\\]+$/;

const url = v.pipe(v.string(), v.regex(URL_SHAPE, NOT_A_URL), v.check(isEndpoint, NOT_A_URL));

/** RFC 6749, appendix A.4. */
const scope = v.pipe(
  v.string(),
  v.regex(
    /^[\x21\x23-\x5b\x5d-\x7e]+$/,
    "must be a scope: characters without spaces, quotes and backslashes",
  ),
);

const SECONDS = "must be a whole number of seconds from 1 to 31622400";

/** What applications may be called: it is part of a path, of a key in KV and of a command line. */
export const APPLICATION_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

export const applicationFileSchema = v.strictObject({
  displayName: v.optional(described(v.string(), "What users are shown. Default: the file's name.")),
  description: v.optional(described(v.string(), "What users are shown below the prompt."), ""),
  environments: v.optional(
    described(v.array(v.string()), "The environments that have the application. Default: all."),
  ),
  authorizationUrl: described(
    url,
    "Where users give consent. Parameters of its own stay, such as ?prompt=consent.",
  ),
  tokenUrl: described(url, "Where codes and refresh tokens are exchanged for access tokens."),
  revocationUrl: v.optional(
    described(url, "Where the tokens of a user who withdraws consent are revoked (RFC 7009)."),
  ),
  clientId: v.pipe(v.string(), v.nonEmpty("must be a text that is not empty")),
  tokenEndpointAuthMethod: v.optional(
    described(v.picklist(authMethods), "How the client proves itself. Public clients have none."),
    "client_secret_basic",
  ),
  scopes: v.optional(v.array(scope), []),
  pkce: v.optional(described(v.boolean(), "Proof Key for Code Exchange with S256."), true),
  accessTokenExpiration: v.optional(
    described(
      v.pipe(v.number(), v.integer(SECONDS), v.minValue(1, SECONDS), v.maxValue(31_622_400, SECONDS)),
      "Seconds that access tokens live when the server does not say.",
    ),
  ),
  approvalPrompt: described(
    v.pipe(v.string(), v.nonEmpty("must be a text that is not empty")),
    "What users are shown before they are asked for consent.",
  ),
  issuer: v.optional(
    described(v.string(), "The name that the server gives itself in its answers (RFC 9207): then it must."),
  ),
  enabled: v.optional(
    described(v.boolean(), "When false, tokens are kept and not used, and nobody can authorize it."),
    true,
  ),
});

export type ApplicationFile = v.InferOutput<typeof applicationFileSchema>;

function isEndpoint(text: string): boolean {
  // That is reported already.
  if (!URL_SHAPE.test(text)) return true;
  const parsed = URL.parse(text);
  return isConfidential(text) && parsed?.username === "" && parsed.password === "";
}
