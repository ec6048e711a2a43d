/**
 * Request headers about one connection that the platform would send on. It drops Connection, Keep-Alive, TE,
 * Trailer and Transfer-Encoding itself, and sets Host and Content-Length anew. An upgrade to another protocol
 * would take the connection away from the flow.
 */
const hopByHop = ["proxy-authorization", "proxy-connection", "expect", "upgrade", "http2-settings"];

/**
 * Headers without those that concern only the connection they came on (RFC 9110), as a copy; the same object
 * when there are none of those.
 */
export function withoutHopByHop(headers: Headers): Headers {
  const named = namedInConnection(headers.get("connection"));
  const dropped = (name: string) => headers.has(name);
  if (!hopByHop.some(dropped) && !named.some(dropped)) return headers;
  const rest = new Headers(headers);
  for (const name of hopByHop) rest.delete(name);
  for (const name of named) rest.delete(name);
  return rest;
}

/** Headers that the sender declared to be about its connection. */
function namedInConnection(connection: string | null): string[] {
  if (connection === null || /^(?:keep-alive|close|upgrade)$/i.test(connection)) return [];
  return connection
    .split(",")
    .map((name) => name.trim())
    .filter((name) => /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(name));
}
