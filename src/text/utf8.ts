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

/** Up to this length a loop over the bytes is faster than the platform's decoder. */
const SHORT = 32;

/** A short text of nothing but ASCII; null for any other bytes. */
export function decodeShortAscii(bytes: Uint8Array, start = 0, end = bytes.length): string | null {
  if (end - start > SHORT) return null;
  const codes: number[] = [];
  for (let at = start; at < end; at++) {
    const code = bytes[at] ?? 0;
    if (code > 127) return null;
    codes.push(code);
  }
  return String.fromCharCode(...codes);
}

/**
 * Whether a text stands for one content only: with U+FFFD in it, any bytes that are no text may have been there, and
 * half a character becomes U+FFFD.
 */
export function isUnreplaced(text: string): boolean {
  return text.isWellFormed() && !text.includes("\uFFFD");
}
