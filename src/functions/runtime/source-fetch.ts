import { SOURCE_HEADER, type SourceFacts } from "../protocol.ts";
import { type Call, callInProgress } from "./call.ts";
import { orFailure } from "./network-failures.ts";

/** The type of `fetch`. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/**
 * `fetch` through a source: the gateway adds what the source's authentication takes, presents its certificate
 * and holds it to its egress policies. Good for one call of the function.
 */
export function sourceFetch(call: Call, source: string): Fetch {
  return async function fetchThroughSource(input, init) {
    checkCall(call);
    const given = init?.headers ?? (input instanceof Request ? input.headers : undefined);
    return orFailure(await call.session.fetch(input, { ...init, headers: headersWith(source, given) }));
  };
}

/** Headers that nobody has made an object of: each would stay until the next full collection. */
function headersWith(source: string, given: RequestInit["headers"] | undefined): HeadersInit {
  if (given === undefined) return { [SOURCE_HEADER]: source };
  const headers = new Headers(given);
  headers.set(SOURCE_HEADER, source);
  return headers;
}

/** The one HTTPS connection's base URL. Foundry: "Make API calls from functions". */
export function connectionOf({ url }: SourceFacts): { url: string } {
  if (url === null) throw new Error("Only single connection sources are supported.");
  return { url };
}

/** What one caller was given must not serve another one. */
export function checkCall(call: Call): void {
  const current = callInProgress();
  if (current === undefined || current === call) return;
  throw new Error("This belongs to another call of the function. Get the source again in each call.");
}
