/** A node of the base path tree: one level per path segment. */
interface Segment<T> {
  readonly literal: Map<string, Segment<T>>;
  wildcard: Segment<T> | null;
  entry: { readonly basePath: string; readonly value: T } | null;
}

/** A base path that a request's path starts with, and what follows it. */
export interface BasePathMatch<T> {
  readonly value: T;
  readonly basePath: string;
  /** What follows the base path; `""` when nothing does. */
  readonly pathSuffix: string;
}

/**
 * Finds the proxy endpoint for a path: the longest base path that ends on a segment boundary, where a `*`
 * segment stands for any one segment and a literal segment wins over it.
 * Apigee: "API proxy configuration reference" (BasePath).
 */
export class BasePaths<T> {
  readonly #root = segment<T>();

  constructor(entries: Iterable<readonly [basePath: string, value: T]>) {
    for (const [basePath, value] of entries) this.#add(basePath, value);
  }

  #add(basePath: string, value: T): void {
    let node = this.#root;
    for (const part of segmentsOf(basePath)) {
      if (part === "*") {
        node.wildcard ??= segment<T>();
        node = node.wildcard;
      } else {
        const next = node.literal.get(part) ?? segment<T>();
        node.literal.set(part, next);
        node = next;
      }
    }
    node.entry = { basePath, value };
  }

  /** @param path without query string, starting with a slash */
  match(path: string): BasePathMatch<T> | null {
    return deepest(this.#root, path, 0);
  }
}

function segment<T>(): Segment<T> {
  return { literal: new Map(), wildcard: null, entry: null };
}

/** `/a/b` and `/a/b/` have the same segments; `/` has none. */
function segmentsOf(basePath: string): string[] {
  const trimmed = basePath.replace(/^\//, "").replace(/\/$/, "");
  return trimmed === "" ? [] : trimmed.split("/");
}

/** The longest match on the path from `at`, the offset of a slash or the path's end. */
function deepest<T>(node: Segment<T>, path: string, at: number): BasePathMatch<T> | null {
  if (at === path.length) return matchOf(node, path, at);
  const slash = path.indexOf("/", at + 1);
  const end = slash === -1 ? path.length : slash;
  const part = path.slice(at + 1, end);
  const literal = node.literal.get(part);
  const byLiteral = literal ? deepest(literal, path, end) : null;
  const byWildcard = node.wildcard && part !== "" ? deepest(node.wildcard, path, end) : null;
  return longest(byLiteral, byWildcard) ?? matchOf(node, path, at);
}

function matchOf<T>({ entry }: Segment<T>, path: string, at: number): BasePathMatch<T> | null {
  return entry && { value: entry.value, basePath: entry.basePath, pathSuffix: path.slice(at) };
}

/** The match that leaves the shorter path suffix; the first when they are equal. */
function longest<T>(a: BasePathMatch<T> | null, b: BasePathMatch<T> | null): BasePathMatch<T> | null {
  if (!a || !b) return a ?? b;
  return b.pathSuffix.length < a.pathSuffix.length ? b : a;
}
