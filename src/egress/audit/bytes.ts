/** How many bytes have passed; null when nobody counts. */
export interface Counts {
  bytes: number | null;
}

/**
 * The calls of one execution of a function whose answers are counted while they are read. Who reads may stop
 * anywhere, so the execution's end ends what is still open.
 */
export class CountedCalls {
  readonly #open = new Set<() => void>();

  /**
   * Notes an answer that is open.
   * @param finish takes what reading failed with, or nothing
   * @returns the same, to be called once or more: only the first call counts
   */
  opened(finish: (error?: unknown) => void): (error?: unknown) => void {
    const close = (error?: unknown) => {
      if (this.#open.delete(close)) finish(error);
    };
    this.#open.add(close);
    return close;
  }

  /** Ends what is open with what has been counted so far. */
  end(): void {
    for (const close of this.#open) close();
  }
}

/** What tells how long a request's body is. */
interface SentRequest {
  readonly headers: Headers;
  readonly body: BodyInit | Request | null;
}

/** The length of a request's body, where it can be told without reading it. */
export function sentLength({ body, headers }: SentRequest): number | null {
  if (body === null) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof Blob) return body.size;
  return lengthIn(body instanceof Request ? body.headers : headers);
}

/** The length of an answer's body, where its headers say it. */
export function answerLength({ headers, body }: Response, method: string): number | null {
  if (body === null || method.toUpperCase() === "HEAD") return 0;
  return lengthIn(headers);
}

/** A stream that counts what passes. `finish` gets what it ended with, if that is a failure. */
export function counted(
  stream: ReadableStream<Uint8Array>,
  counts: Counts,
  finish: (error?: unknown) => void,
): ReadableStream<Uint8Array> {
  counts.bytes = 0;
  const reader = stream.getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          finish();
          controller.close();
          controller.byobRequest?.respond(0);
          return;
        }
        counts.bytes = (counts.bytes ?? 0) + value.byteLength;
        controller.enqueue(value);
      } catch (error) {
        finish(error);
        throw error;
      }
    },
    async cancel(reason) {
      finish();
      await reader.cancel(reason);
    },
  });
}

function lengthIn(headers: Headers): number | null {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
