/**
 * Why a request is not taken for anybody's.
 *
 * - `MissingCredentials` (401): it has no token and needs one.
 * - `InvalidCredentials` (401): its token is not good.
 * - `CrossSiteRequest` (403): a page of another site had a browser send it.
 * - `IssuerUnavailable` (503): the issuer's keys cannot be had at the moment.
 * - `NothingDeployed` (503): there is no environment yet that could say who callers are.
 */
export type CallerErrorCode = keyof typeof statuses;

const statuses = {
  MissingCredentials: 401,
  InvalidCredentials: 401,
  CrossSiteRequest: 403,
  IssuerUnavailable: 503,
  NothingDeployed: 503,
} as const;

/** A request whose caller is not known. The message is for the caller and quotes nothing of the token. */
export class CallerError extends Error {
  readonly code: CallerErrorCode;

  constructor(code: CallerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CallerError";
    this.code = code;
  }

  get status(): (typeof statuses)[CallerErrorCode] {
    return statuses[this.code];
  }
}
