import type { IssuedToken, IssuedTokens, TokenKind } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { faultsOfKind } from "./faults.ts";

/**
 * A token as it is stored now. Rejects with a fault for one that is not known, and, unless its status is ignored, for one that
 * has expired or was revoked; and with TokenStoreError.
 */
export async function findToken(
  tokens: IssuedTokens,
  kind: TokenKind,
  token: string,
  flow: FlowContext,
  ignoresStatus = false,
): Promise<IssuedToken> {
  const faults = faultsOfKind[kind];
  const found = token === "" ? null : await tokens.find(kind, token, 0, flow.exchange);
  if (!found) throw faults.unknown();
  if (ignoresStatus) return found;
  if (found.status !== "approved") throw faults.revoked();
  if (found.expiresAt !== null && found.expiresAt <= flow.exchange.now()) throw faults.expired();
  return found;
}
