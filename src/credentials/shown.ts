import { maskOf } from "./mask.ts";

/**
 * Text with secrets masked, and no longer than that. Characters.
 * @param sent where whoever gives the text has cut it
 */
export type Shown = (text: string, longest: number, sent: number) => string;

/** Masks these secrets, and shortens. */
export function shownWithout(secrets: readonly string[]): Shown {
  const mask = maskOf(secrets);
  const longestWritten = Math.max(0, ...secrets.map(mostWritten));
  return (text, longest, sent) => {
    const masked = mask(text);
    if (text.length < sent) {
      return masked.length <= longest ? masked : `${masked.slice(0, longest)}… (${text.length} characters)`;
    }
    // The beginning of a secret may be left at the end.
    const certain = Math.max(0, masked.length - longestWritten);
    return `${masked.slice(0, Math.min(longest, certain))}… (more than ${sent} characters)`;
  };
}

/** How long a secret may be, however it is written, `\u0061` for each letter among it. Characters. */
function mostWritten(secret: string): number {
  return 6 * Buffer.byteLength(secret);
}
