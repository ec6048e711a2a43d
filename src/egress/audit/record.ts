/** Who makes a call of a flow, function or webhook. */
export interface CallOrigin {
  readonly kind: "policy" | "target" | "function" | "webhook";
  /** Of the policy, target endpoint, function or webhook. */
  readonly name: string;
  /** The proxy that runs the policy or target; null for functions and webhooks. */
  readonly proxy: string | null;
  /** The API name of the source that is called; null when none is. */
  readonly source: string | null;
  /** The id of the user on whose behalf it is; null when nobody is known. */
  readonly user: string | null;
}

/**
 * One call to a service outside, as it is recorded. Field names are those of Foundry's egress logs where it has
 * them ("Network egress observability"). Nothing in it comes from a path, query, header or body.
 */
export interface AuditRecord {
  /** When it began: ISO 8601. */
  readonly time: string;
  /** Never the same for two calls. */
  readonly connection_id: string;
  /** Whether the call left the gateway: `success` also for one that failed later, on TLS or by taking too long. */
  readonly response_flags: "success" | "failed";
  /** In capitals; `CONNECT` for a raw socket. */
  readonly method: string;
  /** As the URL was understood; empty when it could not be. */
  readonly destination_host: string;
  readonly destination_port: number | null;
  /** The answer's status; null when there was none. */
  readonly status: number | null;
  /** Why there was no answer, or not all of it: a kind of `EgressError`, such as `refused` or `timeout`; else null. */
  readonly error: string | null;
  /** To the answer's headers, or to the end of its body where that is counted. */
  readonly duration_ms: number;
  /** Of the request's body; null when nobody knows. */
  readonly bytes_sent: number | null;
  /** Of the answer's body: what Content-Length says, or as it was read after decompression; null when nobody knows. */
  readonly bytes_received: number | null;
  readonly metadata: {
    readonly network_type: "direct";
    readonly environment: string;
    /** Who called. `gateway` is a part of the gateway itself, such as `Google authentication`. */
    readonly kind: CallOrigin["kind"] | "gateway";
    readonly name: string;
    readonly proxy: string | null;
    readonly source: string | null;
    readonly user: string | null;
  };
}

/** Takes records. It may fail; that is its own trouble and never that of a call. */
export type AuditSink = (record: AuditRecord) => unknown;

export interface AuditPlatform {
  /** Everything that the Worker is bound to. */
  readonly bindings: Readonly<Record<string, unknown>>;
  /** Takes a structured line that is news. */
  readonly print: (line: Record<string, unknown>) => void;
  /** Takes a structured line about trouble. */
  readonly log: (line: Record<string, unknown>) => void;
  /** Lets work go on after the client has its answer, or has left. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly uuid: () => string;
}
