/**
 * Ways to write a path that a service which decodes takes for another path, while conditions, which compare what came,
 * do not: `/%61dmin`, `/x%2Fadmin`, `//admin` for `/admin`.
 */
const patterns = {
  /** Letters, digits and `-._~`, which nobody has to encode (RFC 3986, 2.3); dots of dot segments among them. */
  "encoded-unreserved": "%(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])",
  /** Slashes and backslashes. */
  "encoded-slash": "%(?:2f|5c)",
  "empty-segment": "//",
} as const;

export type Disguise = keyof typeof patterns;

export const disguises = Object.keys(patterns) as readonly Disguise[];

/**
 * Compiles what says whether the path of a URL is written in one of these ways; null when none is refused. The URL is
 * absolute and as it came: a parser resolves `%2e%2e`.
 */
export function disguiseFinder(refused: readonly Disguise[]): ((url: string) => boolean) | null {
  if (refused.length === 0) return null;
  const pattern = new RegExp(refused.map((disguise) => patterns[disguise]).join("|"), "i");
  return function isDisguised(url) {
    // The path begins behind the shortest scheme and host.
    const start = url.indexOf("/", "http://h".length);
    if (start === -1 || (!url.includes("%", start) && !url.includes("//", start))) return false;
    const end = url.indexOf("?", start);
    return pattern.test(end === -1 ? url.slice(start) : url.slice(start, end));
  };
}
