import type { Fault } from "../../../flow/fault.ts";
import type { TokenFaults } from "./faults.ts";
import type { JsonObject } from "./json.ts";

/** How long a token counts. Spans are milliseconds. */
export interface TimeRules {
  readonly allowance: number;
  readonly ignoresIssuedAt: boolean;
  /** Null when it may be any. */
  readonly lifespan: { readonly most: number; readonly from: "nbf" | "iat" } | null;
}

/**
 * What is wrong with a token's times; null when nothing is. A time that is no number is no time.
 * @param now epoch milliseconds
 */
export function faultOfTimes(
  claims: JsonObject,
  { allowance, ignoresIssuedAt, lifespan }: TimeRules,
  now: number,
  faults: TokenFaults,
  policy: string,
): Fault | null {
  const times = { exp: claims.exp, nbf: claims.nbf, iat: claims.iat };
  for (const [name, value] of Object.entries(times)) {
    if (value !== undefined && !Number.isFinite(value)) return faults.invalidClaim(policy, name);
  }
  const { exp, nbf, iat } = times as Record<string, number | undefined>;
  if (exp !== undefined && now >= exp * 1000 + allowance) return faults.expired(policy);
  if (nbf !== undefined && now < nbf * 1000 - allowance) return faults.notYetValid(policy);
  if (!ignoresIssuedAt && iat !== undefined && now < iat * 1000 - allowance)
    return faults.notYetValid(policy);
  if (lifespan === null) return null;
  const from = lifespan.from === "iat" ? iat : nbf;
  if (exp === undefined) return faults.invalidClaim(policy, "exp");
  if (from === undefined) return faults.invalidClaim(policy, lifespan.from);
  return (exp - from) * 1000 > lifespan.most ? faults.invalidClaim(policy, "exp") : null;
}
