import * as v from "valibot";
import type { OutboundApplication } from "./application.ts";

/** The client that something was asked for with: at another server or for another client it is not good. */
const clientSchema = v.object({ tokenUrl: v.string(), clientId: v.string() });

/** A consent that a user is being asked for. */
const pendingSchema = v.object({
  state: v.string(),
  /** Null without PKCE. */
  verifier: v.nullable(v.string()),
  redirectUri: v.string(),
  /** A path of the gateway. */
  returnTo: v.string(),
  client: clientSchema,
  /** Epoch milliseconds. */
  expiresAt: v.number(),
});

/** What a user has granted. Times are epoch milliseconds. */
const grantSchema = v.object({
  accessToken: v.string(),
  refreshToken: v.nullable(v.string()),
  scopes: v.array(v.string()),
  client: clientSchema,
  /** When the user gave consent. */
  grantedAt: v.number(),
  /** When this access token was issued. */
  issuedAt: v.number(),
  expiresAt: v.number(),
});

const recordSchema = v.object({
  /** Whose record it is: it is good nowhere else. */
  id: v.string(),
  pending: v.array(pendingSchema),
  grant: v.nullable(grantSchema),
  /** Why a grant that there was is gone; null when there was none or it is there. */
  lost: v.nullable(v.string()),
});

/** All that is kept of one user and one outbound application. */
export type AuthorizationRecord = v.InferOutput<typeof recordSchema>;
export type PendingConsent = v.InferOutput<typeof pendingSchema>;
export type Grant = v.InferOutput<typeof grantSchema>;

export const isRecord = (value: unknown): value is AuthorizationRecord => v.is(recordSchema, value);

export function emptyRecord(id: string): AuthorizationRecord {
  return { id, pending: [], grant: null, lost: null };
}

export function clientFor({ tokenUrl, clientId }: OutboundApplication): Grant["client"] {
  return { tokenUrl, clientId };
}

/** Whether something was asked for with the client that the application has now. */
export function isFor({ client }: Pick<Grant, "client">, application: OutboundApplication): boolean {
  return client.tokenUrl === application.tokenUrl && client.clientId === application.clientId;
}
