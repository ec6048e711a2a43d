import { isToken } from "../text/token.ts";

/**
 * Request headers about one connection that the platform would send on. It drops Connection, Keep-Alive, TE,
 * Trailer and Transfer-Encoding itself, and sets Host and Content-Length anew. An upgrade to another protocol
 * would take the connection away from the flow.
 */
const hopByHop = new Set(["proxy-authorization", "proxy-connection", "expect", "upgrade", "http2-settings"]);

const initials = new Set([...hopByHop, "connection"].map((name) => name.charCodeAt(0)));

/** As `===` would, without making the name one of those that V8 keeps for good. */
const isConnection = (name: string): boolean =>
  name.length === "connection".length && name.startsWith("connection");

/** Whether a header, by its name in lower case, must not go on; or names others that must not. */
export function isHopByHop(name: string, headers: Headers): boolean {
  // Looking a name up costs more than the look at its first letter, which is another one in most names.
  if (!initials.has(name.charCodeAt(0))) return false;
  return hopByHop.has(name) || (isConnection(name) && namesOthers(headers.get("connection")));
}

/**
 * Headers without those that concern only the connection they came on (RFC 9110), as a copy; the same object
 * when there are none of those.
 */
export function withoutHopByHop(headers: Headers): Headers {
  // One pass over the names is cheaper than asking for each of those that are never there.
  let rest = headers;
  for (const name of headers.keys()) {
    if (!isHopByHop(name, headers)) continue;
    if (rest === headers) rest = new Headers(headers);
    rest.delete(name);
    if (isConnection(name)) for (const named of namedIn(headers.get(name))) rest.delete(named);
  }
  return rest;
}

function namesOthers(connection: string | null): boolean {
  if (connection === "keep-alive") return false;
  return connection !== null && !/^(?:keep-alive|close|upgrade)?$/i.test(connection);
}

/** Headers that the sender declared to be about its connection. */
function namedIn(connection: string | null): string[] {
  return (connection ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(isToken);
}
