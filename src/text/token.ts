/** A character of a token, as part of a regular expression. RFC 9110, section 5.6.2. */
export const TOKEN_CHARACTER = "[!#$%&'*+.^_`|~0-9A-Za-z-]";

/** A token as a whole: the name of a header, of a cookie or of a method. */
export const TOKEN = new RegExp(`^${TOKEN_CHARACTER}+$`);

/** Whether a text is a token, so that it can be the name of a header. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
