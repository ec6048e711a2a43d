const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The highest number of bytes that is divided evenly among the characters. */
const FAIR = 256 - (256 % CHARACTERS.length);

/** A token of so many letters and digits, which nobody can guess. */
export function newToken(length: number): string {
  let token = "";
  while (token.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < FAIR && token.length < length) token += CHARACTERS[byte % CHARACTERS.length];
    }
  }
  return token;
}
