/** How long a token lives. Epoch milliseconds. */
export interface Lifetime {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A token is never sent when less than this is left. Foundry refreshes at the same offset. Milliseconds. */
const LEAST_OFFSET_MS = 5_000;

/** It is not sent any more when less than this is left, or a tenth of a short lifetime. Milliseconds. */
export const UNUSABLE_BEFORE_EXPIRY_MS = 30_000;

/** It is renewed when less than this is left, or a fifth of a short lifetime. Milliseconds. */
export const RENEWED_BEFORE_EXPIRY_MS = 300_000;

/** From when on a token is not sent any more. */
export function lastUseOf({ issuedAt, expiresAt }: Lifetime): number {
  const offset = Math.min(UNUSABLE_BEFORE_EXPIRY_MS, (expiresAt - issuedAt) / 10);
  return expiresAt - Math.max(offset, LEAST_OFFSET_MS);
}

/** From when on a new one is fetched while this one is still sent. */
export function renewalOf(lifetime: Lifetime): number {
  const { issuedAt, expiresAt } = lifetime;
  const ahead = expiresAt - Math.min(RENEWED_BEFORE_EXPIRY_MS, (expiresAt - issuedAt) / 5);
  return Math.min(ahead, lastUseOf(lifetime));
}
