/** Directives with which a response says that nobody but its client may keep it. */
const KEPT_BY_NOBODY = ["no-store", "no-cache", "private"];

/**
 * How long a response says that it may be kept, in milliseconds: s-maxage before max-age before Expires. 0 when it
 * must not be kept, null when it does not say. HTTP: RFC 9111, section 5.
 * @param now epoch milliseconds
 */
export function lifetimeOf(headers: Headers, now: number): number | null {
  const directives = new Map(
    (headers.get("cache-control") ?? "").split(",").map((directive) => {
      const [name = "", value = ""] = directive.split("=", 2);
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, "$1")] as const;
    }),
  );
  if (KEPT_BY_NOBODY.some((name) => directives.has(name))) return 0;
  for (const name of ["s-maxage", "max-age"]) {
    const value = directives.get(name);
    if (value !== undefined) return /^\d{1,12}$/.test(value) ? Number(value) * 1000 : 0;
  }
  const expires = headers.get("expires");
  if (expires === null) return null;
  const end = Date.parse(expires);
  return Number.isNaN(end) ? 0 : Math.max(0, end - now);
}
