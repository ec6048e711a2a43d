import type { CountedCalls } from "./audit/bytes.ts";
import type { CallOrigin } from "./audit/record.ts";

/** One call to a service outside. */
export interface OutboundCall {
  /** Absolute, with query. */
  readonly url: string;
  /** Which variables that the URL's host is made of have no value. Asked for when the call is refused, for the log. */
  readonly unset?: (() => readonly string[]) | null;
  readonly method: string;
  /**
   * Sent as they are; {@link noHeaders} where there are none. Workers set Host from the URL, and Content-Length and
   * Transfer-Encoding from the body.
   */
  readonly headers: Headers;
  /** A request that was received stands for its body, unread: the only way in which GET can have one. */
  readonly body: BodyInit | Request | null;
  /** For the answer's status and headers to arrive. */
  readonly timeoutMs: number;
  /** Ends the call, where its end is not that of the client request. Costs about ten microseconds. */
  readonly signal?: AbortSignal;
  /** Has the signal do that, when the call's time is over. */
  readonly cancel?: () => void;
  /** Whether it goes on when the client leaves that it is made for. */
  readonly outlivesClient?: boolean;
  /** Who calls; a text is a part of the gateway itself, such as `Google authentication`. */
  readonly by: CallOrigin | string;
  /** Carries it in the place of what its host would be reached by. */
  readonly through?: Connection | undefined;
  /** Counts bytes whose number nobody says, for the record of the call. */
  readonly counts?: CountedCalls;
}

/** Bytes for a server that does not speak HTTP. */
export interface Delivery extends Pick<OutboundCall, "timeoutMs" | "by"> {
  /** A name or an address, that of IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether over TLS. */
  readonly isSecure: boolean;
  readonly bytes: Uint8Array;
}

/** The headers of a call that has none, for reading only: sending these costs nothing. */
export const noHeaders = new Headers();

/** Whatever can fetch: the global function wrapped in an object, or a service or certificate binding. */
export interface Connection {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Whether HTTP/2 is spoken without TLS at `host:port`; missing where nobody can know. */
  speaksHttp2?(address: string, limit: TimeLimit): Promise<boolean>;
  /** Writes to a TCP connection of its own; missing where HTTP alone is carried. */
  deliver?(delivery: Delivery, limit: TimeLimit): Promise<void>;
}

/** Holds a call to its time; see {@link Deadlines}. */
export interface TimeLimit {
  within<T>(ms: number, work: Promise<T>): Promise<T>;
  /** Takes note of a call without an answer. */
  callFailed?(error: unknown): void;
  /** Aborted when the client has left before its answer; missing where no client waits. Dear: asked for where needed. */
  readonly clientLeft?: AbortSignal | undefined;
}

/** For calls whose time somebody else holds. */
export const unlimited: TimeLimit = { within: (_ms, work) => work };
