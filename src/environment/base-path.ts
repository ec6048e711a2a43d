/** A base path that a request's path starts with, and what follows it. */
export interface BasePathMatch<T> {
  readonly value: T;
  readonly basePath: string;
  /** What follows the base path; `""` when nothing does. */
  readonly pathSuffix: string;
}

/** A base path without the slashes around it: `/a/b` and `/a/b/` are the same. */
export function keyOf(basePath: string): string {
  return basePath.replace(/^\//, "").replace(/\/$/, "");
}

/** The order of keys in which those that begin with the same segments stand together. */
export function bySegments(one: string, other: string): number {
  const [a, b] = [one.split("/"), other.split("/")];
  const differing = a.findIndex((part, index) => part !== b[index]);
  if (differing === -1) return a.length - b.length;
  const [x = "", y] = [a[differing], b[differing]];
  return y === undefined || x > y ? 1 : -1;
}

/** The base paths that begin with the same segments: a range of all. */
interface Branch {
  readonly from: number;
  readonly to: number;
  /** Where the next segment begins in each of them. */
  readonly at: number;
  /** Whether the first of them ends here. */
  readonly isWhole: boolean;
  /** Branches by their next segment, as far as they have been looked for. */
  readonly known: Map<string, Branch>;
  /** The one whose next segment is `*`; undefined until it has been looked for. */
  wildcard?: Branch | null;
}

/** What stands at a base path, which is here as it was configured. */
interface Entry<T> {
  readonly basePath: string;
  readonly value: T;
}

/**
 * Finds the proxy endpoint for a path: the longest base path that ends on a segment boundary, where a `*`
 * segment stands for any one segment and a literal segment wins over it. Only what requests ask for is looked at, and
 * found anew each time only where no base path goes on.
 * Apigee: "API proxy configuration reference" (BasePath).
 */
export class BasePaths<T> {
  readonly #keys: readonly string[];
  readonly #entryAt: (index: number) => Entry<T>;
  readonly #entries: (Entry<T> | undefined)[] = [];
  readonly #root: Branch;

  /**
   * @param keys each once, ordered by {@link bySegments}
   * @param entryAt what a key stands for, by its index; asked once
   */
  constructor(keys: readonly string[], entryAt: (index: number) => Entry<T>) {
    this.#keys = keys;
    this.#entryAt = entryAt;
    this.#root = { from: 0, to: keys.length, at: 0, isWhole: keys[0] === "", known: new Map() };
  }

  /** Of several that are the same, the last one counts. */
  static of<T>(entries: Iterable<readonly [basePath: string, value: T]>): BasePaths<T> {
    const byKey = new Map([...entries].map(([basePath, value]) => [keyOf(basePath), { basePath, value }]));
    const sorted = [...byKey].sort(([one], [other]) => bySegments(one, other));
    return new BasePaths(
      sorted.map(([key]) => key),
      (index) => (sorted[index] as (typeof sorted)[number])[1],
    );
  }

  /** @param path without query string, starting with a slash */
  match(path: string): BasePathMatch<T> | null {
    return this.#deepest(this.#root, path, 0);
  }

  /** The longest match on the path from `at`, the offset of a slash or the path's end. */
  #deepest(branch: Branch, path: string, at: number): BasePathMatch<T> | null {
    if (at === path.length || isLeaf(branch)) return this.#matchOf(branch, path, at);
    const slash = path.indexOf("/", at + 1);
    const end = slash === -1 ? path.length : slash;
    const part = path.slice(at + 1, end);
    const literal = this.#below(branch, part);
    const byLiteral = literal ? this.#deepest(literal, path, end) : null;
    if (branch.wildcard === undefined) branch.wildcard = this.#below(branch, "*");
    const byWildcard = branch.wildcard && part !== "" ? this.#deepest(branch.wildcard, path, end) : null;
    return longest(byLiteral, byWildcard) ?? this.#matchOf(branch, path, at);
  }

  #matchOf({ isWhole, from }: Branch, path: string, at: number): BasePathMatch<T> | null {
    if (!isWhole) return null;
    const entry = this.#entries[from] ?? this.#entryAt(from);
    this.#entries[from] = entry;
    const { basePath, value } = entry;
    return { basePath, value, pathSuffix: path.slice(at) };
  }

  /** The branch with that next segment; null when there is none. */
  #below(branch: Branch, part: string): Branch | null {
    const known = branch.known.get(part);
    if (known) return known;
    const first = branch.isWhole ? branch.from + 1 : branch.from;
    const from = this.#search(first, branch.to, (key) => this.#segment(key, branch.at) < part);
    if (from === branch.to || this.#segment(this.#keys[from] ?? "", branch.at) !== part) return null;
    const to = this.#search(from, branch.to, (key) => this.#segment(key, branch.at) <= part);
    const length = branch.at + part.length;
    const isWhole = this.#keys[from]?.length === length;
    const found: Branch = { from, to, at: length + 1, isWhole, known: new Map() };
    branch.known.set(part, found);
    return found;
  }

  /** The first index in a range whose key is not before something; the range's end when all are. */
  #search(from: number, to: number, isBefore: (key: string) => boolean): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#keys[middle] ?? "")) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #segment(key: string, at: number): string {
    const slash = key.indexOf("/", at);
    return slash === -1 ? key.slice(at) : key.slice(at, slash);
  }
}

function isLeaf({ from, to, isWhole }: Branch): boolean {
  return isWhole && to - from === 1;
}

/** The match that leaves the shorter path suffix; the first when they are equal. */
function longest<T>(a: BasePathMatch<T> | null, b: BasePathMatch<T> | null): BasePathMatch<T> | null {
  if (!a || !b) return a ?? b;
  return b.pathSuffix.length < a.pathSuffix.length ? b : a;
}
