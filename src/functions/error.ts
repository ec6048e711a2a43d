import { ApiError, type ApiErrorCode } from "../text/api-error.ts";

/**
 * The errors of executing a function or webhook, as Foundry's API answers them. Foundry: "Execute Query" (errors),
 * "Webhooks in functions"; the names in the second half are Sortie's own.
 */
const codes = {
  QueryNotFound: "NOT_FOUND",
  /** A function asks for something of the ontology that there is not for functions. */
  OntologyNotFound: "NOT_FOUND",
  /** Functions call each other without end. */
  TooManyNestedCalls: "INVALID_ARGUMENT",
  MissingParameter: "INVALID_ARGUMENT",
  UnknownParameter: "INVALID_ARGUMENT",
  /** An object that a parameter names is not there, or not for the caller to read. */
  ObjectNotFound: "NOT_FOUND",
  InvalidQueryParameterValue: "INVALID_ARGUMENT",
  QueryEncounteredUserFacingError: "CONFLICT",
  QueryRuntimeError: "INVALID_ARGUMENT",
  InvalidQueryOutputValue: "INVALID_ARGUMENT",
  QueryTimeExceededLimit: "TIMEOUT",
  QueryMemoryExceededLimit: "TIMEOUT",
  /** Nothing has been sent. */
  WebhookExecutionFailedToStart: "FAILED_PRECONDITION",
  WebhookExecutionTimedOut: "TIMEOUT",
  /** An answer of a webhook's call has another status than 2xx. */
  RemoteRestApiReturnedError: "INTERNAL",
  /** An answer ended before its end. */
  RemoteApiReturnedError: "INTERNAL",
  /** An answer does not have what the webhook wants of it. */
  ParsingResponseFailed: "INTERNAL",
  /** The gateway could not go on. */
  ServerError: "INTERNAL",
  /** There was no answer, and nobody knows whether the call has arrived. */
  UnknownError: "INTERNAL",
  WebhookNotFound: "NOT_FOUND",
  /** What is kept of a webhook's executions cannot be read. */
  HistoryUnavailable: "UNAVAILABLE",
  /** A parameter of the query cannot be what it says. */
  InvalidPage: "INVALID_ARGUMENT",
  /** The body of the request is no JSON, or not the JSON that it has to be. */
  InvalidRequestBody: "INVALID_ARGUMENT",
  RequestBodyTooLarge: "REQUEST_ENTITY_TOO_LARGE",
  /** The body of the request did not arrive in time. */
  RequestBodyTimedOut: "REQUEST_TIMEOUT",
  /** Nothing is deployed to the environment, or nothing has been loaded yet. */
  NothingDeployed: "UNAVAILABLE",
  /** Nobody said who they are, and the environment does not allow that. */
  MissingCredentials: "UNAUTHORIZED",
  /** The caller's token is not one that the environment accepts. */
  InvalidCredentials: "UNAUTHORIZED",
  /** A page of another site had a browser send the request. */
  CrossSiteRequest: "PERMISSION_DENIED",
  /** The keys that callers' tokens are verified with cannot be had at the moment. */
  IssuerUnavailable: "INTERNAL",
  /** A declared source did not pass a gate; `gate` says which. */
  SourceNotUsable: "FAILED_PRECONDITION",
  /** The calling user has to give consent first, at `authorizeUrl`. */
  AuthorizationRequired: "PERMISSION_DENIED",
  /** Secrets or the function's module could not be read. */
  FunctionUnavailable: "INTERNAL",
} as const satisfies Record<string, ApiErrorCode>;

export type FunctionErrorName = keyof typeof codes;

/** Why a function or webhook has no result. The message and the parameters are for the client, `cause` is for the log. */
export class FunctionError extends ApiError<FunctionErrorName> {
  constructor(
    errorName: FunctionErrorName,
    message: string,
    parameters?: Readonly<Record<string, unknown>>,
    options?: { id?: string; cause?: unknown },
  ) {
    super(codes, errorName, message, parameters, options);
    this.name = "FunctionError";
  }
}
