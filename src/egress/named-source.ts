import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { OutboundCall, TimeLimit } from "./call.ts";

/** What a source is called for: a client's request, or a caller who is known. */
export interface SourceContext extends TokenContext {
  /** The client's request as it came, whose token says who the caller is; or the caller. */
  readonly received: Request | Caller;
  /** Is told each secret that a call carries. */
  conceal?(secret: string): void;
}

/** An external system that flows call by name: `source://ALIAS/path`. */
export interface NamedSource {
  /** The name that audits know it by. */
  readonly apiName: string;
  /** Scheme, host and port of its connection, without a slash behind them. */
  readonly origin: string;
  /** Whether a URL is the source's own: only such calls may be sent through it. */
  owns(url: string): boolean;
  /**
   * Sends a call with the source's authentication and client certificate, within its egress policies. The
   * headers are taken when it is called. Rejects with `EgressError`, or with `CredentialsError` when the caller
   * has no token for it.
   * @param limit holds the call to its time; see `Egress.send`
   */
  send(call: OutboundCall, context: SourceContext, limit: TimeLimit): Promise<Response>;
}

/** Why flows cannot call a source: never (an error), or not for now (a warning). */
export interface SourceProblem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The sources of an environment, for flows. */
export interface NamedSources {
  /** What keeps flows from a source; empty when nothing does. */
  problems(name: string): readonly SourceProblem[];
  /** A source without errors; one with a warning refuses all calls. Throws for any other. */
  get(name: string): NamedSource;
}
