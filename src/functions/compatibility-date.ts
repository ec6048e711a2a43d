/** The day whose workerd everything runs in: the gateway, here and at Cloudflare (`wrangler.toml`), and functions. */
export const COMPATIBILITY_DATE = "2026-10-01";
