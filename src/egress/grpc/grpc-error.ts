/** The statuses by their numbers. gRPC: "Status codes and their use in gRPC". */
export const statuses = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** How a call ends that is no success. */
export type GrpcStatus = Exclude<(typeof statuses)[number], "OK">;

/** The status of that number; null where it is none of a failure. */
export function failureStatus(number: number): GrpcStatus | null {
  const status = statuses[number];
  return status === undefined || status === "OK" ? null : status;
}

/** A call that failed. The message is the server's text, or says what its answer lacks; `cause` is for the log only. */
export class GrpcError extends Error {
  readonly status: GrpcStatus;
  /** Those of the answer; null where there is none. */
  headers: Headers | null = null;

  constructor(status: GrpcStatus, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "GrpcError";
    this.status = status;
  }
}
