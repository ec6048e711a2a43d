const decoders = {
  drop: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }),
  keep: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
};

/**
 * The text that bytes are in UTF-8, or null when they are not. Nothing is replaced: two contents that differ are never
 * the same text.
 *
 * @param mark what becomes of a byte order mark at the beginning
 */
export function decodeUtf8(bytes: Uint8Array, mark: "drop" | "keep" = "drop"): string | null {
  try {
    return decoders[mark].decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Whether a text stands for one content only: with U+FFFD in it, any bytes that are no text may have been there, and
 * half a character becomes U+FFFD.
 */
export function isUnreplaced(text: string): boolean {
  return text.isWellFormed() && !text.includes("\uFFFD");
}
