/** Same as in `wrangler.toml`. */
export const COMPATIBILITY_DATE = "2026-10-01";
