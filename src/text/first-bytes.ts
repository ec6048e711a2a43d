const encoder = new TextEncoder();

/** The text as far as it takes no more than that many bytes in UTF-8; no character is cut. */
export function firstBytes(text: string, length: number): string {
  // A UTF-16 code unit takes three bytes at most.
  if (text.length * 3 <= length) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(length));
  return text.slice(0, read);
}
