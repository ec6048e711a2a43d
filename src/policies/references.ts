import type { HttpConnection, LocalConnection } from "../connections/connection.ts";
import type { SourceUrl } from "../connections/read-source-url.ts";
import type { Position } from "../documents/report.ts";
import type { MapScope, MapValues } from "../stores/key-value-maps.ts";
import type { ResourceReference } from "./resources.ts";

/**
 * What a part of a bundle refers to outside of itself, as far as the configuration shows it. Whoever wants to
 * know asks for this: which hosts are called, which shared flows have to be loaded, what must be there.
 */
export interface References {
  /** URLs that may be called: message templates. */
  readonly urls?: readonly string[];
  /** Names of shared flows that are run. */
  readonly sharedFlows?: readonly string[];
  /** Other proxies of the environment that are called. */
  readonly proxies?: readonly LocalConnection[];
  readonly targetServers?: readonly TargetServerReference[];
  readonly sources?: readonly SourceUrl[];
  /** Files of the bundle or of the environment that must be there. */
  readonly resources?: readonly ResourceReference[];
  /** Scripts that are written in policies. */
  readonly scripts?: readonly string[];
  /** Entries of key value maps that are deployed with the bundle. */
  readonly initialEntries?: readonly InitialEntry[];
  /** Whether it counts together with all isolates, which needs a binding of the Worker. */
  readonly sharesCounters?: boolean;
  /** Whether it keeps tokens, which needs another one. */
  readonly keepsTokens?: boolean;
  /** Whether it asks which app calls, of which the environment has to know some. */
  readonly identifiesClients?: boolean;
  /** Whether it sends users back to addresses of apps. */
  readonly redirectsToApps?: boolean;
  /** What it asks the tokens of clients for. */
  readonly scopes?: readonly string[];
}

/** An entry that a policy brings. */
export interface InitialEntry {
  readonly scope: MapScope;
  /** Of the map. */
  readonly name: string;
  readonly key: string;
  readonly values: MapValues;
  readonly at: Position;
}

/** A target server that must be there. */
export interface TargetServerReference {
  readonly name: string;
  /** `GRPC` where nothing but a gRPC server will do. */
  readonly protocol: "HTTP" | "GRPC";
  readonly at: Position;
}

/** What a part of a bundle refers to that calls this way. */
export function referencesOfHttp({ url, source, loadBalancer }: HttpConnection): References {
  return {
    urls: url === null ? [] : [url],
    sources: source ? [source] : [],
    targetServers: (loadBalancer?.servers ?? []).map(({ name, at }) => ({ name, at, protocol: "HTTP" })),
  };
}
