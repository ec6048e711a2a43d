import { ApiError, type ApiErrorCode } from "../text/api-error.ts";

/** The errors of actions. Foundry: "Apply Action" (errors); the names in the second half are Sortie's own. */
const codes = {
  /** There is none of that name, or the caller may not see it. */
  ActionTypeNotFound: "NOT_FOUND",
  OntologyNotFound: "NOT_FOUND",
  MissingParameter: "INVALID_ARGUMENT",
  ParametersNotFound: "INVALID_ARGUMENT",
  InvalidParameterValue: "INVALID_ARGUMENT",
  ActionValidationFailed: "INVALID_ARGUMENT",
  ActionContainsDuplicateEdits: "CONFLICT",
  EditObjectPermissionDenied: "PERMISSION_DENIED",
  FunctionEncounteredUserFacingError: "INVALID_ARGUMENT",
  FunctionExecutionFailed: "INVALID_ARGUMENT",
  FunctionExecutionTimedOut: "TIMEOUT",
  /** The caller sees the action type and may not apply it. */
  ApplyActionPermissionDenied: "PERMISSION_DENIED",
  /** The writeback webhook failed, and nothing was changed. */
  WritebackWebhookFailed: "INVALID_ARGUMENT",
  /** The calling user has to give consent first, at `authorizeUrl`. */
  AuthorizationRequired: "PERMISSION_DENIED",
  /** More actions, objects or object types than one call may have. */
  ActionTooLarge: "INVALID_ARGUMENT",
} as const satisfies Record<string, ApiErrorCode>;

export type ActionErrorName = keyof typeof codes;

/** Why an action was not applied. The message and the parameters are for the client, `cause` is for the log. */
export class ActionError extends ApiError<ActionErrorName> {
  constructor(
    errorName: ActionErrorName,
    message: string,
    parameters?: Readonly<Record<string, unknown>>,
    options?: { id?: string; cause?: unknown },
  ) {
    super(codes, errorName, message, parameters, options);
    this.name = "ActionError";
  }
}
