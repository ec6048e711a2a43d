import type { IdentitySettings } from "../credentials/identity.ts";

/** Where a consent that was begun without one leads: the page that shows what was granted. */
export const CONSENTS_PATH = "/_sortie/oauth";

/** No path to return to is longer. Characters. */
const LONGEST_PATH = 2_000;

/**
 * The path of the gateway itself that a browser is to be sent back to; null when the text could lead anywhere
 * else. Browsers take `//host` and `/\host` for other hosts, and drop tabs and line breaks before they look.
 * @param identity says whether paths of proxies are on another host, where nothing leads back to
 */
export function returnPath(
  text: string | undefined,
  identity: Pick<IdentitySettings, "publicUrl"> | null = null,
): string | null {
  if (text === undefined || text === "") return CONSENTS_PATH;
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) || text.length > LONGEST_PATH) return null;
  const base = "https://gateway.invalid";
  const url = URL.parse(text, base);
  if (url?.origin !== base || url.pathname.startsWith("//")) return null;
  const isElsewhere = Boolean(identity?.publicUrl) && !url.pathname.startsWith("/_sortie/");
  return isElsewhere ? CONSENTS_PATH : text;
}
