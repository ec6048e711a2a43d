import { decoded } from "./parameters/inputs.ts";

/** A segment of a path: texts with names between them. */
interface Segment {
  /** One more than names; empty texts where names stand at the ends. */
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

/** A path with names for its values: `/orders/{id}`. OpenAPI 3.0.3: "Path Templating". */
export interface PathTemplate {
  readonly written: string;
  readonly segments: readonly Segment[];
}

/** The template of a path; null when its braces do not match. A slash at the end does not matter. */
export function readPathTemplate(written: string): PathTemplate | null {
  const segments = segmentsOf(written).map((segment): Segment | null => {
    const parts = segment.split(/\{([^{}/]+)\}/);
    const texts = parts.filter((_, index) => index % 2 === 0);
    return texts.some((text) => /[{}]/.test(text))
      ? null
      : { texts, names: parts.filter((_, index) => index % 2 === 1) };
  });
  return written.startsWith("/") && segments.every((segment) => segment !== null)
    ? { written, segments }
    : null;
}

/** The segments of a path, without a slash at its end. */
function segmentsOf(path: string): string[] {
  return path.replace(/^\//, "").replace(/\/$/, "").split("/");
}

/** Where a path goes on. */
interface Branch<T> {
  /** By decoded segment. */
  readonly texts: Map<string, Branch<T>>;
  /** Segments with values, those with texts beside them first. Their names differ from path to path. */
  readonly valued: { readonly texts: readonly string[]; readonly branch: Branch<T> }[];
  /** What ends here, and the names on the way. */
  readonly ends: { readonly end: T; readonly names: readonly string[] }[];
}

/** A path of a {@link PathTree} that fits. */
export interface PathMatch<T> {
  readonly end: T;
  /** The values in the path by their names, as they came. */
  readonly values: ReadonlyMap<string, string>;
}

/** Finds what stands at the paths that fit a request, the most concrete ones first. */
export class PathTree<T> {
  readonly #root: Branch<T> = { texts: new Map(), valued: [], ends: [] };

  add({ segments }: PathTemplate, end: T): void {
    let branch = this.#root;
    for (const segment of segments) branch = branchAt(branch, segment);
    branch.ends.push({ end, names: segments.flatMap(({ names }) => names) });
  }

  matches(path: string): Generator<PathMatch<T>> {
    return matchesBelow(this.#root, segmentsOf(path), 0, []);
  }
}

function branchAt<T>({ texts, valued }: Branch<T>, segment: Segment): Branch<T> {
  const branch: Branch<T> = { texts: new Map(), valued: [], ends: [] };
  if (segment.names.length === 0) {
    const text = decoded(segment.texts[0] ?? "");
    const known = texts.get(text) ?? branch;
    texts.set(text, known);
    return known;
  }
  const known = valued.find((each) => JSON.stringify(each.texts) === JSON.stringify(segment.texts));
  if (known) return known.branch;
  valued.push({ texts: segment.texts, branch });
  valued.sort((left, right) => Number(isBare(left.texts)) - Number(isBare(right.texts)));
  return branch;
}

/** Whether a segment is a value alone. */
function isBare(texts: readonly string[]): boolean {
  return texts.every((text) => text === "");
}

function* matchesBelow<T>(
  branch: Branch<T>,
  path: readonly string[],
  at: number,
  values: readonly string[],
): Generator<PathMatch<T>> {
  const segment = path[at];
  if (segment === undefined) {
    for (const { end, names } of branch.ends) {
      yield { end, values: new Map(names.map((name, index) => [name, values[index] ?? ""])) };
    }
    return;
  }
  const next = branch.texts.get(decoded(segment));
  if (next) yield* matchesBelow(next, path, at + 1, values);
  for (const each of branch.valued) {
    const own = valuesIn(segment, each.texts);
    if (own) yield* matchesBelow(each.branch, path, at + 1, [...values, ...own]);
  }
}

/** What stands between the texts in a segment; null when it is another one. */
function valuesIn(segment: string, [first = "", ...others]: readonly string[]): string[] | null {
  if (!segment.startsWith(first)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const [index, text] of others.entries()) {
    const isLast = index === others.length - 1;
    const end = isLast ? segment.length - text.length : segment.indexOf(text, at + 1);
    if (end <= at || !segment.startsWith(text, end)) return null;
    values.push(segment.slice(at, end));
    at = end + text.length;
  }
  return values;
}
