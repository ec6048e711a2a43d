import { FAILURE_HEADER, type SessionFailure } from "../protocol.ts";

/** A failure of credentials or of the session, with Foundry's text where it has one. */
export class SessionError extends Error {
  constructor({ name, message }: SessionFailure) {
    super(message);
    this.name = name;
  }
}

/** An answer as it came, unless the gateway says with it that there is none: then that is thrown. */
export function orFailure(response: Response): Response {
  const text = response.headers.get(FAILURE_HEADER);
  if (text === null) return response;
  const failure: SessionFailure = JSON.parse(decodeURIComponent(text));
  throw failure.name === "TypeError" ? new TypeError(failure.message) : new SessionError(failure);
}

/**
 * Makes `fetch` reject where the gateway could not connect. Clients of Node's modules get an answer with the status
 * 502, as from a proxy.
 */
export function reportNetworkFailures(): void {
  const { fetch: original } = globalThis;
  globalThis.fetch = async (...request: Parameters<typeof original>) => orFailure(await original(...request));
}
