const statuses = {
  INVALID_ARGUMENT: 400,
  UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  REQUEST_ENTITY_TOO_LARGE: 413,
  INTERNAL: 500,
  TIMEOUT: 500,
  UNAVAILABLE: 503,
} as const;

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
  ApplyActionFailed: "INVALID_ARGUMENT",
  /** The caller sees the action type and may not apply it. */
  ApplyActionPermissionDenied: "PERMISSION_DENIED",
  /** The writeback webhook failed, and nothing was changed. */
  WritebackWebhookFailed: "INVALID_ARGUMENT",
  /** The calling user has to give consent first, at `authorizeUrl`. */
  AuthorizationRequired: "PERMISSION_DENIED",
  /** More actions, objects or object types than one call may have. */
  ActionTooLarge: "INVALID_ARGUMENT",
} as const satisfies Record<string, keyof typeof statuses>;

export type ActionErrorName = keyof typeof codes;

/** Why an action was not applied. The message and the parameters are for the client, `cause` is for the log. */
export class ActionError extends Error {
  readonly errorName: ActionErrorName;
  /** Also in the log. */
  readonly errorInstanceId: string;
  readonly parameters: Readonly<Record<string, unknown>>;

  constructor(
    errorName: ActionErrorName,
    message: string,
    parameters: Readonly<Record<string, unknown>> = {},
    { id = crypto.randomUUID(), cause }: { id?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "ActionError";
    this.errorName = errorName;
    this.errorInstanceId = id;
    this.parameters = parameters;
  }

  get errorCode(): keyof typeof statuses {
    return codes[this.errorName];
  }

  /** The status of an HTTP answer with this error. */
  get status(): number {
    return statuses[this.errorCode];
  }

  /** The body of an HTTP answer with this error. */
  toJSON(): Record<string, unknown> {
    const { errorCode, errorName, errorInstanceId, parameters } = this;
    return { errorCode, errorName, errorInstanceId, parameters };
  }
}
