import { joinBytes } from "../text/join-bytes.ts";
import type { FaultType } from "./fault.ts";

/** Apigee: "Message payload size": a message that a policy reads may hold this many bytes. */
export const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** What the platform's Request and Response constructors take, and nothing else. */
export type BodySource = ReadableStream | Uint8Array | string | null;

/**
 * A message's payload: a stream until somebody reads it, so that a body nobody reads goes through
 * untouched. Once buffered it can be read any number of times, as text or as the very bytes that came.
 */
export class Body {
  #source: BodySource;
  readonly #opaque: boolean;
  #text: string | undefined;
  #charset: string;
  #carrier: Request | null;

  /**
   * @param opaque whether the body is never read: with streaming enabled policies see no content.
   *   Apigee: "Streaming requests and responses".
   * @param charset of a source in bytes
   * @param carrier the request of the platform that brought the source, where it can go on only in that form
   */
  constructor(source: BodySource, opaque = false, charset = "utf-8", carrier: Request | null = null) {
    this.#source = source;
    this.#opaque = opaque;
    this.#charset = charset;
    this.#carrier = carrier;
  }

  /** The same payload for another message, or opaque from now on. A stream still can be read only once. */
  copy(opaque = this.#opaque): Body {
    return new Body(this.#source, opaque, this.#charset, this.#carrier);
  }

  /**
   * A request of the platform with the payload as it came, or null: Workers send a body with GET or HEAD only in that form.
   * Each call brings another one, as long as the payload is buffered.
   */
  carrier(): Request | null {
    return this.isStream ? this.#carrier : (this.#carrier?.clone() ?? null);
  }

  get isOpaque(): boolean {
    return this.#opaque;
  }

  get isEmpty(): boolean {
    const source = this.#source;
    return source === null || (!(source instanceof ReadableStream) && source.length === 0);
  }

  get isStream(): boolean {
    return this.#source instanceof ReadableStream;
  }

  /**
   * Reads a stream to its end, so that `text` and `bytes` work. Rejects as the stream does.
   * @param limit in decoded bytes
   * @param tooBig the fault above it
   * @param format the compression to undo
   */
  async buffer(
    limit: number,
    tooBig: FaultType<[]>,
    charset = "utf-8",
    format: "gzip" | "deflate" | null = null,
  ): Promise<void> {
    if (!(this.#source instanceof ReadableStream) || this.#opaque) return;
    this.#charset = charset;
    const source = this.#keepCarrier() ?? this.#source;
    const decoded = format === null ? source : source.pipeThrough(new DecompressionStream(format));
    const bytes = await readAtMost(decoded, limit);
    if (bytes === null) throw tooBig();
    this.#source = bytes;
  }

  /** The payload as text, `""` when there is none. The body must have been buffered. */
  get text(): string {
    const source = this.#source;
    if (source === null || this.#opaque) return "";
    if (typeof source === "string") return source;
    this.#text ??= decoderFor(this.#charset).decode(this.#buffered(source));
    return this.#text;
  }

  /** The payload's bytes. The body must have been buffered. */
  get bytes(): Uint8Array {
    const source = this.#source;
    if (source === null || this.#opaque) return new Uint8Array();
    return typeof source === "string" ? new TextEncoder().encode(source) : this.#buffered(source);
  }

  /** What to send on. A stream can be sent only once; a buffered body stays readable. */
  get source(): BodySource {
    return this.#source;
  }

  /** Reading uses a carrier up, so another takes its place. Returns what is to be read; null without a carrier. */
  #keepCarrier(): ReadableStream | null {
    const used = this.#carrier;
    this.#carrier = used?.clone() ?? null;
    return used?.body ?? null;
  }

  #buffered(source: ReadableStream | Uint8Array): Uint8Array {
    if (source instanceof Uint8Array) return source;
    throw new Error("a body was read before it was buffered: the compiler missed a mention of the content");
  }
}

/** All bytes of a stream, or null when there are more than `limit` (the rest is cancelled). */
async function readAtMost(stream: ReadableStream, limit: number): Promise<Uint8Array | null> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : joinBytes(chunks, size);
}

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** An unknown charset reads as UTF-8, as Apigee does for a payload without one. */
function decoderFor(charset: string): TextDecoder {
  if (charset === "utf-8") return utf8;
  try {
    return new TextDecoder(charset, { fatal: false, ignoreBOM: true });
  } catch {
    return utf8;
  }
}
