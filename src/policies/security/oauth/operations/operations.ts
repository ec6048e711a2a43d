import type { Operation } from "../operation.ts";
import { generateAccessToken, generateJwtAccessToken } from "./generate-access-token.ts";
import {
  generateAccessTokenImplicitGrant,
  generateJwtAccessTokenImplicitGrant,
} from "./generate-access-token-implicit-grant.ts";
import { generateAuthorizationCode } from "./generate-authorization-code.ts";
import { refreshAccessToken, refreshJwtAccessToken } from "./refresh-access-token.ts";
import { invalidateToken, validateToken } from "./token-status.ts";
import { verifyAccessToken, verifyJwtAccessToken } from "./verify-access-token.ts";

/** What the policy can do. Apigee: "OAuthV2 policy" (Operation). */
export const operations: Readonly<Record<string, Operation>> = {
  GenerateAccessToken: generateAccessToken,
  GenerateAccessTokenImplicitGrant: generateAccessTokenImplicitGrant,
  GenerateAuthorizationCode: generateAuthorizationCode,
  RefreshAccessToken: refreshAccessToken,
  VerifyAccessToken: verifyAccessToken,
  InvalidateToken: invalidateToken,
  ValidateToken: validateToken,
  GenerateJWTAccessToken: generateJwtAccessToken,
  GenerateJWTAccessTokenImplicitGrant: generateJwtAccessTokenImplicitGrant,
  RefreshJWTAccessToken: refreshJwtAccessToken,
  VerifyJWTAccessToken: verifyJwtAccessToken,
};
