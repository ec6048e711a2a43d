import { compileGlob } from "../expression/glob.ts";

/**
 * Compiles a resource path of an API product, which is compared with what follows the proxy's base path. `*` stands for
 * one segment, or for a part of one, and a last `**` for all that are deeper; `/` is the base path and everything below it.
 * No wildcard stands for an empty segment but the last `**`. Apigee: "Managing API products" (Configuring resource paths).
 */
export function compileResourcePattern(pattern: string): (pathSuffix: string) => boolean {
  const path = pattern.startsWith("/") ? pattern : `/${pattern}`;
  if (path === "/") return () => true;
  const segments = path.slice(1).split("/");
  const isDeep = segments.at(-1) === "**";
  const wanted = (isDeep ? segments.slice(0, -1) : segments).map(compileSegment);
  return (pathSuffix) => {
    if (!pathSuffix.startsWith("/")) return false;
    const given = pathSuffix.slice(1).split("/", wanted.length + 1);
    if (isDeep ? given.length <= wanted.length : given.length !== wanted.length) return false;
    return wanted.every((matches, index) => matches(given[index] ?? ""));
  };
}

function compileSegment(segment: string): (given: string) => boolean {
  const matches = compileGlob(segment);
  return segment === "" ? matches : (given) => given !== "" && matches(given);
}

/**
 * How much a resource path covers: `/` the most, then all that is deeper than a path, by how short that is, then
 * wildcards for segments, then one path. Apigee: "Managing API products" (Configuring resource paths).
 */
export function breadthOf(pattern: string): number {
  if (pattern === "/" || pattern === "") return 3;
  if (/(?:^|\/)\*\*$/.test(pattern)) return 1 + 1 / pattern.split("/").length;
  return pattern.includes("*") ? 1 : 0;
}
