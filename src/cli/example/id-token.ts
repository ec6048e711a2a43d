import type { RequestListener } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { sendJson } from "./send-json.ts";

/** Whose calls a service accepts. */
export interface Caller {
  /** The URL of the token issuer, which has its public keys at `/jwks`. */
  readonly issuer: string;
  /** The service account that calls. */
  readonly account: string;
  /** The name by which the caller knows the service. */
  readonly audience: string;
}

/** A service that only answers whoever proves to be that caller with an ID token; others get 401. */
export function onlyFor({ issuer, account, audience }: Caller, service: RequestListener): RequestListener {
  const keys = createRemoteJWKSet(new URL("/jwks", issuer));
  return async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    try {
      await jwtVerify(token, keys, { issuer, audience, subject: account, algorithms: ["RS256"] });
    } catch {
      sendJson(response, 401, { error: `Only ${account} may ask, with an ID token for ${audience}` });
      return;
    }
    service(request, response);
  };
}
