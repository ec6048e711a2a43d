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
export function segmentsOf(path: string): string[] {
  return path.replace(/^\//, "").replace(/\/$/, "").split("/");
}

/** Sorts what is concrete before what has names. */
export function bySpecificity(left: PathTemplate, right: PathTemplate): number {
  return rankOf(left).localeCompare(rankOf(right));
}

function rankOf({ segments }: PathTemplate): string {
  return segments
    .map(({ names, texts }) => (names.length === 0 ? "a" : texts.some((text) => text !== "") ? "b" : "c"))
    .join("");
}

/** The values of a path by their names, as they came; null when it is another path. */
export function matchPath(
  { segments }: PathTemplate,
  path: readonly string[],
): ReadonlyMap<string, string> | null {
  if (segments.length !== path.length) return null;
  const values = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    if (!matchSegment(segment, path[index] ?? "", values)) return null;
  }
  return values;
}

function matchSegment({ texts, names }: Segment, path: string, values: Map<string, string>): boolean {
  const [first = "", ...others] = texts;
  if (names.length === 0) return decoded(path) === decoded(first);
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const [index, name] of names.entries()) {
    const text = others[index] ?? "";
    const isLast = index === names.length - 1;
    const end = isLast ? path.length - text.length : path.indexOf(text, at + 1);
    if (end <= at || !path.startsWith(text, end)) return false;
    values.set(name, path.slice(at, end));
    at = end + text.length;
  }
  return true;
}
