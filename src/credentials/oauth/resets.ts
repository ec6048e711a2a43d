import { base64url } from "jose";

/** The part of a KV namespace that resets need. `cacheTtl` is in seconds. */
export interface ResetKv {
  get(keys: string[], options: { type: "text"; cacheTtl: number }): Promise<Map<string, string | null>>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

/** How long Cloudflare may keep what it read: the least it allows. Seconds. */
const KV_TTL_S = 30;

/** A withdrawal is of interest to isolates that still have a token in memory, and none lives that long. Seconds. */
const WITHDRAWAL_TTL_S = 30 * 24 * 3600;

/** The key in KV with the time until which nobody's consents to an application are good. */
export function applicationResetKey(environment: string, application: string): string {
  return `oauth-reset/${environment}/${application}`;
}

/** The same for one user's. Ids of users are longer than keys may be. */
export async function userResetKey(environment: string, application: string, user: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(user));
  return `${applicationResetKey(environment, application)}/${base64url.encode(new Uint8Array(digest))}`;
}

/** What a reset says: grants given until then, in epoch milliseconds, are not good any more. */
export const resetValue = (now: number) => String(now);

/**
 * Reads until when a user's consents to an application are not good; epoch milliseconds, 0 when none was reset.
 * Rejects when KV fails, or has something else than a time.
 */
export async function readReset(
  kv: ResetKv,
  environment: string,
  application: string,
  user: string,
): Promise<number> {
  const keys = [
    applicationResetKey(environment, application),
    await userResetKey(environment, application, user),
  ];
  const found = await kv.get(keys, { type: "text", cacheTtl: KV_TTL_S });
  return Math.max(0, ...[...found].map(([key, value]) => timeIn(key, value)));
}

function timeIn(key: string, value: string | null): number {
  if (value === null) return 0;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new Error(`KV has no time at ${key}.`);
}

/** Tells every isolate that a user's token is not to be used any more. Rejects when KV fails. */
export async function writeWithdrawal(
  kv: ResetKv,
  environment: string,
  application: string,
  user: string,
  now: number,
): Promise<void> {
  const key = await userResetKey(environment, application, user);
  await kv.put(key, resetValue(now), { expirationTtl: WITHDRAWAL_TTL_S });
}
