/** No more of what a server says is shown. Characters. */
const LONGEST_DESCRIPTION = 300;

/**
 * What an authorization server said went wrong, fit to be shown and logged: in one line, without what it was sent,
 * and without other words as long as a code or a token.
 * @param mask takes out what it was sent
 */
export function serverSays(
  host: string,
  { error, error_description }: { readonly error: string; readonly error_description?: string | undefined },
  mask: (text: string) => string,
): string {
  const said = [error, error_description]
    .filter((text) => text !== undefined && text !== "")
    .map((text) => mask(text ?? ""))
    .join(": ")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/[\w.~+/=-]{32,}/g, "…")
    .slice(0, LONGEST_DESCRIPTION);
  return `${host} answered: ${said}`;
}
