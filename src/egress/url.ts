/**
 * A URL with a path and a query string behind its own, as text: parsing would cost every call, and change what
 * the configuration says. One slash joins the paths; a fragment is never sent.
 *
 * @param path may hold a query string of its own; a `#` in it is data
 * @param query without question mark
 */
export function extendUrl(base: string, path: string, query: string): string {
  const fragment = base.indexOf("#");
  const url = fragment === -1 ? base : base.slice(0, fragment);
  if (path === "" && query === "") return url;
  const [ownPath, ownQuery] = splitQuery(url);
  const [addedPath, addedQuery] = splitQuery(path.includes("#") ? path.replaceAll("#", "%23") : path);
  const joined = joinPaths(ownPath, addedPath);
  const queries = joinQueries(joinQueries(ownQuery, addedQuery), query);
  return queries === "" ? joined : `${joined}?${queries}`;
}

/** The part before the first question mark, and the part behind it. */
export function splitQuery(url: string): [path: string, query: string] {
  const question = url.indexOf("?");
  return question === -1 ? [url, ""] : [url.slice(0, question), url.slice(question + 1)];
}

/** A path never runs into the host before it, whatever it begins with. */
function joinPaths(base: string, path: string): string {
  if (path === "") return base;
  const start = base.endsWith("/") ? base.slice(0, -1) : base;
  return path.startsWith("/") ? start + path : `${start}/${path}`;
}

function joinQueries(first: string, second: string): string {
  if (first === "" || second === "") return first + second;
  return `${first}&${second}`;
}

/** What follows scheme, host and port: path and query, `/` when the URL has neither. */
export function uriOf(url: string): string {
  const start = endOfHost(url);
  const uri = url.slice(start);
  return uri.startsWith("/") ? uri : `/${uri}`;
}

/** The host in a URL, without port. */
export function hostOf(url: string): string {
  const authority = url.slice(url.indexOf("://") + 3, endOfHost(url));
  const colon = authority.lastIndexOf(":");
  return colon > authority.lastIndexOf("]") ? authority.slice(0, colon) : authority;
}

function endOfHost(url: string): number {
  for (let index = url.indexOf("://") + 3; index < url.length; index++) {
    const code = url.charCodeAt(index);
    if (code === 0x2f || code === 0x3f) return index;
  }
  return url.length;
}
