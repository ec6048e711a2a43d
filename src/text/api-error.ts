/** The kinds of errors of Foundry's API, and the statuses of answers with them. Foundry: "API errors". */
const statuses = {
  INVALID_ARGUMENT: 400,
  UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  REQUEST_ENTITY_TOO_LARGE: 413,
  FAILED_PRECONDITION: 500,
  INTERNAL: 500,
  TIMEOUT: 500,
  UNAVAILABLE: 503,
} as const;

export type ApiErrorCode = keyof typeof statuses;

/** An error as Foundry's API answers it. The parameters are for the client, `cause` is for the log. */
export abstract class ApiError<Name extends string> extends Error {
  readonly errorName: Name;
  readonly errorCode: ApiErrorCode;
  /** Also in the log. */
  readonly errorInstanceId: string;
  readonly parameters: Readonly<Record<string, unknown>>;

  constructor(
    codes: Readonly<Record<Name, ApiErrorCode>>,
    errorName: Name,
    message: string,
    parameters: Readonly<Record<string, unknown>> = {},
    { id = crypto.randomUUID(), cause }: { id?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.errorName = errorName;
    this.errorCode = codes[errorName];
    this.errorInstanceId = id;
    this.parameters = parameters;
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
