import { nothingDeployed, proxyUnavailable } from "../environment/environment.ts";
import { type Fault, faultBody } from "../flow/fault.ts";

/** When a client may try again what is not there yet. Seconds. */
export const RETRY_AFTER_S = 10;

/** The answer to a request that no proxy could take, or that a defect ended. */
export function refuse(fault: Fault, request: Request): Response {
  const { contentType, text } = faultBody(fault, request.headers.get("accept"));
  const headers = new Headers({ "content-type": contentType });
  if (passing.has(fault.code)) headers.set("retry-after", String(RETRY_AFTER_S));
  return new Response(request.method === "HEAD" ? null : text, { status: fault.status, headers });
}

const passing: ReadonlySet<string> = new Set([nothingDeployed.code, proxyUnavailable.code]);
