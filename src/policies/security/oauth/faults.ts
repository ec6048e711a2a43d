import { DirectoryError } from "../../../clients/directory.ts";
import { TokenStoreError } from "../../../clients/tokens/issued-tokens.ts";
import { Fault, faultType } from "../../../flow/fault.ts";
import { keyFaults } from "../clients/faults.ts";

/** The errors of OAuthV2. Apigee: "OAuthV2 policy" (Error reference), "OAuth HTTP error response reference". */
export const faults = {
  invalidRequest: faultType("steps.oauth.v2.invalid_request", 400, (text: string) => text),
  /** Of who asks for a code, where no client is known. */
  unknownRequester: faultType("steps.oauth.v2.invalid_request", 401, (text: string) => text),
  invalidClient: faultType("steps.oauth.v2.invalid_client", 401, (text: string) => text),
  /** Any of invalid_client, where the policy writes no answer. */
  invalidClientIdentifier: faultType(
    "oauth.v2.InvalidClientIdentifier",
    500,
    () => "Invalid client identifier",
  ),
  unsupportedGrantType: faultType(
    "steps.oauth.v2.UnSupportedGrantType",
    500,
    (type: string) => `Unsupported grant type : ${type}`,
  ),
  unresolvedAccessToken: unresolved("AccessToken"),
  unresolvedCode: unresolved("AuthorizationCode"),
  unresolvedRefreshToken: unresolved("RefreshToken"),
  unresolvedToken: unresolved("Token"),
  invalidExpiry: faultType(
    "steps.oauth.v2.InvalidValueForExpiresIn",
    500,
    (element: string) => `Invalid value for ${element}`,
  ),
  noAccessToken: faultType("oauth.v2.InvalidAccessToken", 401, () => "Invalid access token"),
  unknownAccessToken: faultType(
    "keymanagement.service.invalid_access_token",
    401,
    () => "Invalid Access Token",
  ),
  unknownRefreshToken: faultType(
    "keymanagement.service.invalid_refresh_token",
    401,
    () => "Invalid Refresh Token",
  ),
  expired: faultType("keymanagement.service.access_token_expired", 401, () => "Access Token expired"),
  notApproved: faultType(
    "keymanagement.service.access_token_not_approved",
    401,
    () => "Access Token not approved",
  ),
  unknownClient: faultType(
    "keymanagement.service.invalid_client-invalid_client_id",
    401,
    () => "ClientId is Invalid",
  ),
  noProduct: faultType(
    "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound",
    401,
    () => "Invalid API call as no apiproduct match found",
  ),
  insufficientScope: faultType(
    "steps.oauth.v2.InsufficientScope",
    403,
    (scopes: string) => `Required scope(s): ${scopes}`,
  ),
};

const { notApproved, expired, appNotApproved, developerNotActive, appGroupNotActive, unavailable } =
  keyFaults;

/** All that the policy raises: a token counts only while the key, the app and its owner do. */
export const oauthFaults = {
  ...faults,
  keyNotApproved: notApproved,
  keyExpired: expired,
  appNotApproved,
  developerNotActive,
  appGroupNotActive,
  unavailable,
};

function unresolved(what: string) {
  return faultType(
    `steps.oauth.v2.FailedToResolve${what}`,
    500,
    (variable: string) => `Failed to resolve ${what} variable ${variable}`,
  );
}

/** A fault of a token request, which a token endpoint answers in its own way. */
export class RequestFault extends Fault {
  /** What RFC 6749 calls it (section 5.2). */
  readonly error: string;
  /** The fault where the policy writes no answer; null for the same. */
  readonly unanswered: Fault | null;

  constructor(fault: Fault, error: string, unanswered: Fault | null = null) {
    super(fault.code, fault.message, { status: fault.status });
    this.error = error;
    this.unanswered = unanswered;
  }
}

/** Characters of what a client has sent that a fault shows. */
const SHOWN = 200;

/** What is wrong with a token request. */
export const requestFaults = {
  missing: (parameter: string) => invalid(`Required param : ${parameter}`),
  /** What an authorization endpoint says of it. */
  missingParameter: (parameter: string) =>
    invalid(`The request is missing a required parameter : ${parameter}`),
  responseType: (type: string) => invalid(`Response type must be ${type}`, "unsupported_response_type"),
  noRedirection: () => invalid("Redirection URI is required"),
  invalidRedirection: (uri: string) => invalid(`Invalid redirection uri ${uri.slice(0, SHOWN)}`),
  otherRedirection: (uri: string) =>
    invalid(`Invalid redirect_uri : ${uri.slice(0, SHOWN)}`, "invalid_grant"),
  requester: (id: string) =>
    new RequestFault(
      faults.unknownRequester(`Invalid client id : ${id.slice(0, SHOWN)}. ClientId is Invalid`),
      "invalid_request",
      faults.invalidClientIdentifier(),
    ),
  tooLong: (what: string) => invalid(`${what} is too long`),
  invalidScope: () => invalid("Invalid Scope", "invalid_scope"),
  /** The grant that was presented does not count, such as a refresh token that nobody knows. */
  invalidGrant: (text: string) => invalid(text, "invalid_grant"),
  client: (text: string) =>
    new RequestFault(faults.invalidClient(text), "invalid_client", faults.invalidClientIdentifier()),
  grantType(type: string) {
    const fault = faults.unsupportedGrantType(type.slice(0, SHOWN));
    return new RequestFault(faults.invalidRequest(fault.message), "unsupported_grant_type", fault);
  },
};

function invalid(text: string, error = "invalid_request"): RequestFault {
  return new RequestFault(faults.invalidRequest(text), error);
}

/** What an operation threw, as the policy fails: without clients and tokens nothing passes. */
export function faultOfClients(thrown: unknown): unknown {
  const isUnavailable = thrown instanceof DirectoryError || thrown instanceof TokenStoreError;
  return isUnavailable ? unavailable().causedBy(thrown) : thrown;
}
