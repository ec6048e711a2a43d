/** Requests that only ask: browsers send them for links, also from other sites, and nothing changes by them. */
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a page of another origin had a browser send a request that changes something. Browsers say where such
 * requests come from (`Sec-Fetch-Site`, `Origin`); what says nothing is no browser.
 */
export function isCrossSite(request: Request): boolean {
  if (SAFE_METHODS.has(request.method)) return false;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  const origin = request.headers.get("origin");
  return origin !== null && origin !== new URL(request.url).origin;
}
