import { decodeUtf8 } from "../text/utf8.ts";

/** Thrown when bytes are not the UTF-8 text that they should be; the message says why. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

const DECLARED_ENCODING = /^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']*)["']/;

/**
 * An XML document's text, without byte order mark and with line ends as `\n`. Only UTF-8 is read.
 *
 * @throws EncodingError when the bytes are not UTF-8, or the document declares another encoding.
 */
export function decodeXml(document: string | Uint8Array): string {
  const text = typeof document === "string" ? document.replace(/^\uFEFF/, "") : textOf(document);
  const declared = DECLARED_ENCODING.exec(text)?.[1];
  if (declared !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(declared)) {
    throw new EncodingError(`The document declares the encoding "${declared}".`);
  }
  return text.replace(/\r\n?/g, "\n");
}

function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) {
    throw new EncodingError("The document is encoded in UTF-16.");
  }
  const text = decodeUtf8(bytes);
  if (text === null) throw new EncodingError("The document holds bytes that are not UTF-8.");
  return text;
}
