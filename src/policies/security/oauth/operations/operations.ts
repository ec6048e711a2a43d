import type { Operation } from "../operation.ts";
import { generateAccessToken } from "./generate-access-token.ts";
import { generateAccessTokenImplicitGrant } from "./generate-access-token-implicit-grant.ts";
import { generateAuthorizationCode } from "./generate-authorization-code.ts";
import { refreshAccessToken } from "./refresh-access-token.ts";
import { invalidateToken, validateToken } from "./token-status.ts";
import { verifyAccessToken } from "./verify-access-token.ts";

/** What the policy can do; null for what does not run. Apigee: "OAuthV2 policy" (Operation). */
export const operations: Readonly<Record<string, Operation | null>> = {
  GenerateAccessToken: generateAccessToken,
  GenerateAccessTokenImplicitGrant: generateAccessTokenImplicitGrant,
  GenerateAuthorizationCode: generateAuthorizationCode,
  RefreshAccessToken: refreshAccessToken,
  VerifyAccessToken: verifyAccessToken,
  InvalidateToken: invalidateToken,
  ValidateToken: validateToken,
  GenerateJWTAccessToken: null,
  GenerateJWTAccessTokenImplicitGrant: null,
  RefreshJWTAccessToken: null,
  VerifyJWTAccessToken: null,
};
