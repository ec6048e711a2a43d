/**
 * What passes between the gateway and the isolate of a function. The call itself is one HTTP exchange: a GET with
 * {@link CallProps}, which cost less than a body, and {@link CallAnswer} as JSON back with status 200 or
 * {@link FAILED}.
 */

/** The status of an answer that is a failure of the function. */
export const FAILED = 422;

/** Names the source, as the function declares it, that a request through `Session.fetch` belongs to. */
export const SOURCE_HEADER = "x-sortie-source";

/** On an answer of `Session.fetch` that is none: percent-encoded JSON of {@link SessionFailure}. Never one from outside. */
export const FAILURE_HEADER = "x-sortie-failure";

export interface CallProps extends CallRequest {
  /** A stub of the gateway's. */
  readonly session: Session;
}

export interface CallRequest {
  /** In the order of the signature. Null where an optional one is missing. */
  readonly parameters: readonly unknown[];
  /** The sources that the function declares, by the names it declares them with. */
  readonly sources: Readonly<Record<string, SourceFacts>>;
}

/** What code may know of a source. */
export interface SourceFacts {
  readonly apiName: string;
  readonly rid: string;
  /** Base URL without a trailing slash; null without exactly one HTTPS connection. */
  readonly url: string | null;
  /** By name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether calls carry a token of the calling user. */
  readonly oauth: boolean;
  readonly clientCertificate: boolean;
}

export type CallAnswer = { readonly value: unknown } | { readonly error: CallError };

/** Why a function has no result. */
export interface CallError {
  /** `output`: it returned what its signature does not say. */
  readonly kind: "user-facing" | "runtime" | "output";
  /** The error's own name, such as TypeError. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

/** Why a session could not do what it was asked for. */
export interface SessionFailure {
  readonly name: string;
  readonly message: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The calling user's token for one source. */
export interface SessionToken {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What the isolate can ask of the gateway during one call, and no longer. */
export interface Session {
  /** Sends a request through the source that {@link SOURCE_HEADER} names. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Takes a line of the function's console. */
  log(level: LogLevel, text: string): Promise<void>;
  /** The token of the calling user; `null` where the source has none for anybody. */
  credentials(source: string): Promise<SessionToken | SessionFailure | null>;
}
