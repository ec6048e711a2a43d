import { DirectoryError } from "../../../clients/directory.ts";
import type { Refusal } from "../../../clients/identify.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Fault, faultType } from "../../../flow/fault.ts";

/** The errors of policies that let clients in by their keys. Apigee: "Verify API Key policy" (error reference). */
export const keyFaults = {
  unresolved: faultType(
    "steps.oauth.v2.FailedToResolveAPIKey",
    401,
    (variable: string) => `Failed to resolve API Key variable ${variable}`,
  ),
  unknown: faultType("oauth.v2.InvalidApiKey", 401, () => "Invalid ApiKey"),
  notApproved: faultType("oauth.v2.ApiKeyNotApproved", 401, () => "ApiKey not approved"),
  expired: faultType("keymanagement.service.consumer_key_expired", 401, () => "Key Expired"),
  appNotApproved: faultType(
    "keymanagement.service.invalid_client-app_not_approved",
    401,
    () => "App not Approved",
  ),
  developerNotActive: faultType(
    "keymanagement.service.DeveloperStatusNotActive",
    401,
    () => "Developer Status is not Active",
  ),
  appGroupNotActive: faultType(
    "keymanagement.service.AppGroupStatusNotActive",
    401,
    () => "AppGroup Status is not Active",
  ),
  otherResource: faultType(
    "oauth.v2.InvalidApiKeyForGivenResource",
    401,
    () => "Invalid ApiKey for given resource",
  ),
  /** Not Apigee's: what is deployed of API products and apps cannot be read. */
  unavailable: faultType(
    "sortie.ClientsUnavailable",
    503,
    () => "It cannot be checked at the moment who calls",
  ),
};

/** The error for who is refused. */
export const faultOfRefusal: Readonly<Record<Refusal, () => Fault>> = {
  "unknown key": keyFaults.unknown,
  "key not approved": keyFaults.notApproved,
  "key expired": keyFaults.expired,
  "app not approved": keyFaults.appNotApproved,
  "developer not active": keyFaults.developerNotActive,
  "app group not active": keyFaults.appGroupNotActive,
};

/**
 * What a policy fails with that lets clients in, and the variables that say so beside `failed`. Who cannot be looked up is
 * not let in.
 */
export function failure(flow: FlowContext, policy: string, thrown: unknown): unknown {
  const fault = thrown instanceof DirectoryError ? keyFaults.unavailable().causedBy(thrown) : thrown;
  if (!(fault instanceof Fault)) return fault;
  flow.variables.set(`oauthV2.${policy}.fault.name`, fault.faultName);
  flow.variables.set(`oauthV2.${policy}.fault.cause`, fault.message);
  return fault;
}
