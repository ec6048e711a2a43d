/** Headers of HTTP itself, of browsers, proxies and tracing: specifications do not name them. */
const ALWAYS: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language authorization cache-control cdn-loop connection
  content-encoding content-language content-length content-type cookie date dnt expect forwarded from host
  if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive max-forwards origin pragma
  priority proxy-authorization range referer save-data te traceparent tracestate trailer transfer-encoding
  upgrade upgrade-insecure-requests user-agent via x-forwarded-for x-forwarded-host x-forwarded-port
  x-forwarded-proto x-real-ip`.split(/\s+/),
);

/** Whether a header may be there that no specification names. The platform's own begin with `cf-`. */
export function isOrdinaryHeader(name: string): boolean {
  return (
    ALWAYS.has(name) ||
    name.startsWith("cf-") ||
    name.startsWith("sec-") ||
    name.startsWith("access-control-")
  );
}
