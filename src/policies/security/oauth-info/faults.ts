import { DirectoryError } from "../../../clients/directory.ts";
import { type TokenKind, TokenStoreError } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Fault, type FaultType, faultType } from "../../../flow/fault.ts";
import { keyFaults } from "../clients/faults.ts";

/** The errors of policies that look at tokens. Apigee: "GetOAuthV2Info policy" (Error reference). */
export const infoFaults = {
  unknownAccessToken: fault("invalid_access_token", "Invalid Access Token"),
  expiredAccessToken: fault("access_token_expired", "Access Token expired"),
  revokedAccessToken: fault("access_token_not_approved", "Access Token not approved"),
  unknownRefreshToken: fault("invalid_refresh_token", "Invalid Refresh Token"),
  expiredRefreshToken: fault("refresh_token_expired", "Refresh Token expired"),
  revokedRefreshToken: fault("refresh_token_not_approved", "Refresh Token not approved"),
  unknownCode: fault("invalid_request-authorization_code_invalid", "Invalid Authorization Code"),
  expiredCode: fault("authorization_code_expired", "Authorization Code expired"),
  revokedCode: fault("authorization_code_not_approved", "Authorization Code not approved"),
  unknownClient: fault("invalid_client-invalid_client_id", "ClientId is Invalid"),
  unavailable: keyFaults.unavailable,
};

function fault(name: string, text: string): FaultType<[]> {
  return faultType(`steps.oauth.v2.${name}`, 500, () => text);
}

/** What is wrong with a token, by its kind. */
export const faultsOfKind: Readonly<
  Record<TokenKind, Readonly<Record<"unknown" | "expired" | "revoked", () => Fault>>>
> = {
  access: {
    unknown: infoFaults.unknownAccessToken,
    expired: infoFaults.expiredAccessToken,
    revoked: infoFaults.revokedAccessToken,
  },
  refresh: {
    unknown: infoFaults.unknownRefreshToken,
    expired: infoFaults.expiredRefreshToken,
    revoked: infoFaults.revokedRefreshToken,
  },
  code: {
    unknown: infoFaults.unknownCode,
    expired: infoFaults.expiredCode,
    revoked: infoFaults.revokedCode,
  },
};

/** Runs a step, and says in variables what it failed with. Tokens that cannot be read are not taken for unknown ones. */
export function noting(policy: string, step: (flow: FlowContext) => Promise<void>) {
  return async (flow: FlowContext): Promise<void> => {
    try {
      await step(flow);
    } catch (thrown) {
      const isUnavailable = thrown instanceof DirectoryError || thrown instanceof TokenStoreError;
      const fault = isUnavailable ? infoFaults.unavailable().causedBy(thrown) : thrown;
      if (fault instanceof Fault) {
        flow.variables.set(`oauthV2.${policy}.fault.name`, fault.faultName);
        flow.variables.set(`oauthV2.${policy}.fault.cause`, fault.message);
      }
      throw fault;
    }
  };
}
