/**
 * What passes between the gateway and the isolate of a function. The call itself is one HTTP exchange: a GET with
 * {@link CallProps}, and {@link CallAnswer} as JSON back. Neither has a body where it can be avoided, since bodies
 * cost more than anything else in it.
 */

/** On the answer to a call: {@link CallAnswer} as JSON, when that is short; otherwise it is the body. */
export const ANSWER_HEADER = "x-sortie-answer";

/** How long an answer in a header may be. Characters, all of them ASCII. */
export const LONGEST_SHORT_ANSWER = 4096;

/** How much longer than the result an answer may be, for its console lines and what is around them. Bytes. */
export const ANSWER_ROOM_BYTES = 65_536;

/** Names the source, as the function declares it, that a request through `Session.fetch` belongs to. */
export const SOURCE_HEADER = "x-sortie-source";

/** On an answer of `Session.fetch` that is none: percent-encoded JSON of {@link SessionFailure}. Never one from outside. */
export const FAILURE_HEADER = "x-sortie-failure";

/** What a call gives to the isolate as its props. Each value in it costs something in each call. */
export interface CallProps {
  /** A stub of the gateway's, which the isolate takes for a {@link Session}. */
  readonly session: Fetcher;
  readonly parameters: CallRequest["parameters"];
  readonly deadline: number;
  /** What code reads of secrets, by the sources that have any. */
  readonly secrets: Readonly<Record<string, SourceFacts["secrets"]>>;
}

/** What a function's module exports: takes a call, and resolves with {@link CallAnswer} as JSON. */
export type ServeCall = (call: CallRequest & { readonly session: Session }) => Promise<string>;

export interface CallRequest {
  /**
   * In the order of the signature. Null where an optional one is missing. Objects are there with their properties, and
   * `__apiName`, `__primaryKey` and `__title`.
   */
  readonly parameters: readonly unknown[];
  /** The sources that the function declares, by the names it declares them with. */
  readonly sources: Readonly<Record<string, SourceFacts>>;
  readonly limits: CallLimits;
  /** When its time is over. Epoch milliseconds. */
  readonly deadline: number;
}

export interface CallLimits {
  /** How long a result may be, as JSON in UTF-8. */
  readonly resultBytes: number;
  /** How many lines of its console one call may log. */
  readonly logLines: number;
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

/** Why a result of that limit is none. */
export function tooLongMessage(resultBytes: number): string {
  return `The result is longer than ${resultBytes} bytes of JSON, the limit resultBytes of this function.`;
}

/** `log`: what was written since the last batch that `Session.log` has taken. */
export type CallAnswer = ({ readonly value: unknown } | { readonly error: CallError }) & {
  readonly log?: LogBatch;
};

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

/** Lines of a function's console. */
export interface LogBatch {
  readonly lines: readonly (readonly [level: LogLevel, text: string])[];
  /** How many lines of the call were not kept so far. */
  readonly dropped: number;
}

/** How long a line may be that the gateway logs. Characters. */
export const LONGEST_LINE = 8192;

/** How much of a line comes to the gateway, which masks secrets in it before it shortens it. Characters. */
export const LONGEST_SENT_LINE = 4 * LONGEST_LINE;

/** How much one call may log altogether. Characters. */
export const LONGEST_LOG = 2 ** 20;

/** How long an error's name may be. Characters. */
export const LONGEST_ERROR_NAME = 200;

/** How long the message and the stack of an error may be that reach anybody. Characters. */
export const LONGEST_MESSAGE = 4096;
export const LONGEST_STACK = 8192;

/** The same for how much of them comes to the gateway. */
export const LONGEST_SENT_MESSAGE = 8 * LONGEST_MESSAGE;
export const LONGEST_SENT_STACK = 4 * LONGEST_STACK;

/** The calling user's token for one source. */
export interface SessionToken {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What came of a webhook: its outputs by name, or why there are none. */
export type WebhookAnswer =
  | { readonly output: Readonly<Record<string, unknown>> }
  | { readonly error: SessionFailure };

/** An answer of the ontology's API. */
export interface OntologyAnswer {
  readonly status: number;
  /** JSON, of an error too. */
  readonly text: string;
}

/** What the isolate can ask of the gateway during one call, and no longer. */
export interface Session {
  /** Sends a request through the source that {@link SOURCE_HEADER} names. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Takes lines of the function's console. */
  log(batch: LogBatch): Promise<void>;
  /** The token of the calling user; `null` where the source has none for anybody. */
  credentials(source: string): Promise<SessionToken | SessionFailure | null>;
  /**
   * Executes a webhook of a source that the function declares, for the calling user.
   * @param input JSON of its inputs
   */
  webhook(source: string, name: string, input: string): Promise<WebhookAnswer>;
  /**
   * Asks the ontology's API, with the rights of the calling user. It changes nothing: edits are what a function returns.
   * @param path below `/_sortie`, with its query: `/api/v2/ontologies/…`
   * @param body JSON; null without one
   */
  ontology(method: string, path: string, body: string | null): Promise<OntologyAnswer>;
}
