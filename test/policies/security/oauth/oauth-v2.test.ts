import { describe, expect, test } from "vitest";
import { oauthV2 } from "../../../../src/policies/security/oauth/oauth-v2.ts";
import { problemsOf } from "../../policy-kit.ts";
import { policy, world } from "./oauth-kit.ts";

const grants = "<SupportedGrantTypes><GrantType>client_credentials</GrantType></SupportedGrantTypes>";
const token = '<Tokens><Token type="accesstoken" cascade="true">the.token</Token></Tokens>';

describe("at deployment", () => {
  test.each([
    ["<OAuthV2 name='O'/>", "OperationRequired"],
    [policy(""), "OperationRequired"],
    [policy("VerifyToken"), "InvalidOperation"],
    [policy("VerifyJWTAccessToken"), "MissingConfigurationElement"],
    [
      policy("GenerateJWTAccessToken", `${grants}<Algorithm>RS256</Algorithm>`),
      "MissingConfigurationElement",
    ],
    [
      policy(
        "VerifyJWTAccessToken",
        '<Algorithm>ES256</Algorithm><PublicKey><Value ref="public.key"/></PublicKey>',
      ),
      "InvalidValueForElement",
    ],
    [
      policy("VerifyJWTAccessToken", "<Algorithm>HS256</Algorithm><SecretKey><Value>s</Value></SecretKey>"),
      "InvalidSecretInConfig",
    ],
    [
      policy(
        "GenerateJWTAccessToken",
        `${grants}<Algorithm>HS256</Algorithm><SecretKey><Value ref="secret"/></SecretKey>`,
      ),
      "InvalidVariableNameForSecret",
    ],
    [policy("GenerateAccessToken", grants.replace("client_credentials", "magic")), "InvalidGrantType"],
    [policy("GenerateAuthorizationCode", grants), "GrantTypesNotApplicableForOperation"],
    [
      policy("GenerateAccessTokenImplicitGrant", "<RefreshTokenExpiresIn>1</RefreshTokenExpiresIn>"),
      "RefreshTokenExpiresInNotApplicableForOperation",
    ],
    [policy("GenerateAccessToken", `${grants}<ExpiresIn>soon</ExpiresIn>`), "InvalidValueForExpiresIn"],
    [policy("GenerateAccessToken", `${grants}<ExpiresIn>0</ExpiresIn>`), "InvalidValueForExpiresIn"],
    [
      policy("GenerateAccessToken", `${grants}<RefreshTokenExpiresIn>-2</RefreshTokenExpiresIn>`),
      "InvalidValueForRefreshTokenExpiresIn",
    ],
    [policy("VerifyAccessToken", "<ExpiresIn>1</ExpiresIn>"), "ExpiresInNotApplicableForOperation"],
    [
      policy("InvalidateToken", `${token}<RefreshTokenExpiresIn ref="ms"/>`),
      "RefreshTokenExpiresInNotApplicableForOperation",
    ],
    [policy("VerifyAccessToken", grants), "GrantTypesNotApplicableForOperation"],
    [policy("InvalidateToken"), "TokenValueRequired"],
    [policy("InvalidateToken", "<Tokens/>"), "TokenValueRequired"],
    [policy("ValidateToken", token.replace("the.token", "")), "TokenValueRequired"],
    [policy("InvalidateToken", token.replace("accesstoken", "idtoken")), "InvalidTokenType"],
    [
      policy("GenerateAccessToken", `${grants}<ExternalAuthorization>yes</ExternalAuthorization>`),
      "InvalidBoolean",
    ],
    [
      policy(
        "GenerateAccessToken",
        `${grants}<Attributes>${'<Attribute name="a">b</Attribute>'.repeat(19)}</Attributes>`,
      ),
      "TooManyAttributes",
    ],
  ])("%s is refused: %s", async (xml, code) => {
    const problems = problemsOf(oauthV2, xml, await world());
    expect(problems.map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual([`error ${code}`]);
  });

  test.each([
    [
      policy("GenerateAccessToken", `${grants}<Attributes><Attribute>b</Attribute></Attributes>`),
      "MissingName",
    ],
    [policy("VerifyAccessToken", "<CacheExpiryInSeconds>long</CacheExpiryInSeconds>"), "InvalidCacheExpiry"],
    [
      policy("VerifyAccessToken", '<GenerateErrorResponse><Realm>"</Realm></GenerateErrorResponse>'),
      "InvalidRealm",
    ],
    [
      policy("VerifyAccessToken", "<GenerateResponse><Format>CSV</Format></GenerateResponse>"),
      "InvalidValue",
    ],
    [policy("VerifyAccessToken", "<Scop>READ</Scop>"), "UnknownElement"],
  ])("%s is warned of: %s", async (xml, code) => {
    const problems = problemsOf(oauthV2, xml, await world());
    expect(problems.map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual([`warning ${code}`]);
  });

  test("the elements of all operations may stand in any, as exports have them", async () => {
    const xml = policy(
      "VerifyAccessToken",
      `<DisplayName>Verify</DisplayName><ExternalAuthorization>false</ExternalAuthorization>
       <ExternalAccessToken/><StoreToken>false</StoreToken><SupportedGrantTypes/><GenerateResponse enabled="true"/>
       <Attributes/><Scope/><Scopes/><Tokens/><ClientId>request.header.x</ClientId><State>s</State><Code>c</Code>
       <ExpiresIn/><ReuseRefreshToken>false</ReuseRefreshToken><UserName>u</UserName><PassWord>p</PassWord>`,
      'async="false" continueOnError="false" enabled="true"',
    );
    expect(problemsOf(oauthV2, xml, await world())).toEqual([]);
  });
});
