import { FAILURE_HEADER, type SessionFailure, SOURCE_HEADER, type SourceFacts } from "../protocol.ts";
import { type Call, callInProgress } from "./call.ts";

/** The type of `fetch`. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/** A failure of credentials, with Foundry's text where it has one. */
export class SourceCredentialsError extends Error {
  constructor({ name, message }: SessionFailure) {
    super(message);
    this.name = name;
  }
}

/**
 * `fetch` through a source: the gateway adds what the source's authentication takes, presents its certificate
 * and holds it to its egress policies. Good for one call of the function.
 */
export function sourceFetch(call: Call, source: string): Fetch {
  return async function fetchThroughSource(input, init) {
    checkCall(call);
    const request = new Request(input, init);
    request.headers.set(SOURCE_HEADER, source);
    const response = await call.session.fetch(request);
    const failure = response.headers.get(FAILURE_HEADER);
    if (failure !== null) throw new SourceCredentialsError(JSON.parse(decodeURIComponent(failure)));
    return response;
  };
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
