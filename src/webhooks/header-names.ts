/** About one connection, or worked out by the gateway. */
const refusedHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Refuses headers that the gateway sets itself, and those that are there twice. */
export function checkHeaderNames(
  headers: readonly string[],
  refuse: (name: string, message: string, remedy: string) => void,
): void {
  const names = new Set<string>();
  for (const name of headers) {
    const lower = name.toLowerCase();
    if (refusedHeaders.has(lower) || lower.startsWith("x-sortie-")) {
      refuse(name, `The header ${name} is set by the gateway.`, "Take it out.");
    }
    if (names.has(lower)) refuse(name, `The header ${name} is there twice.`, "Take one of them out.");
    names.add(lower);
  }
}
