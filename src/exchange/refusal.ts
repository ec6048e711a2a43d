import { nothingDeployed, proxyUnavailable } from "../environment/environment.ts";
import { type Fault, faultBody } from "../flow/fault.ts";

/** When a client may try again what is not there yet. Seconds. */
export const RETRY_AFTER_S = 10;

/** On every answer of the gateway's own, so that no browser takes it for anything but what it says. */
export const OWN_HEADERS = { "x-content-type-options": "nosniff" };

/** The answer to a request that no proxy could take, or that a defect ended. */
export function refuse(fault: Fault, request: Request): Response {
  const { contentType, text } = faultBody(fault, request.headers.get("accept"));
  const headers = new Headers({ ...OWN_HEADERS, "content-type": contentType });
  if (passing.has(fault.code)) headers.set("retry-after", String(RETRY_AFTER_S));
  return new Response(request.method === "HEAD" ? null : text, { status: fault.status, headers });
}

const passing: ReadonlySet<string> = new Set([nothingDeployed.code, proxyUnavailable.code]);
