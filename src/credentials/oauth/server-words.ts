/** No more of what a server says is shown. Characters. */
const LONGEST_DESCRIPTION = 300;

/**
 * What an authorization server said went wrong, fit to be shown and logged: in one line, and without words as
 * long as a code or a token, in case it quotes what it was sent.
 */
export function serverSays(host: string, error: string, description: string | undefined): string {
  const said = [error, description]
    .filter((text) => text !== undefined && text !== "")
    .join(": ")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/[\w.~+/=-]{32,}/g, "…")
    .slice(0, LONGEST_DESCRIPTION);
  return `${host} answered: ${said}`;
}
