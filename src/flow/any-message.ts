import { BODY_LIMIT_BYTES, Body, type BodySource } from "./body.ts";
import { charsetOf, compressionFormat, mediaType } from "./content-type.ts";
import { Parameters } from "./parameters.ts";
import { type ReadingFaults, readFailure } from "./reading-faults.ts";

const FORM = "application/x-www-form-urlencoded";

/**
 * Where a message's headers and body come from when somebody asks for them: a Request or Response of the
 * platform, whose parts cost time to touch, or what a policy put together.
 */
export interface MessageOrigin {
  readonly headers: Headers;
  readonly body: BodySource;
  /** The platform's own way to read a body whole, much faster than reading its stream. */
  arrayBuffer?(): Promise<ArrayBuffer>;
}

/**
 * A request or a response on its way through a flow. Headers stay native; they are copied when somebody
 * writes. The body is a stream until somebody reads it (see {@link Body}).
 */
export abstract class Message {
  version = "1.1";
  /** How many bytes of body a policy may read. */
  bodyLimit = BODY_LIMIT_BYTES;
  readonly #origin: MessageOrigin | null;
  #headers: Headers | undefined;
  #headersAreOwn: boolean;
  #receivedType: string | undefined;
  #body: Body | undefined;
  #reading: Promise<void> | undefined;
  #hasMadeContent = false;
  /** The message that began as this one, or that this one began as. */
  #twin: Message | null = null;

  /** @param origin null for a message that starts without headers and body */
  protected constructor(origin: MessageOrigin | null) {
    this.#origin = origin;
    this.#headersAreOwn = origin === null;
  }

  /**
   * Begins with the headers and the body of another message. What is written from now on concerns one of the two;
   * their body is read for both, until one of them gets another.
   */
  protected beginAs(other: Message): void {
    this.ownHeaders = new Headers(other.headers);
    this.#body = other.body;
    this.bodyLimit = other.bodyLimit;
    this.contentCoding = other.contentCoding;
    this.#twin = other;
    other.#twin = this;
  }

  /** The messages that have this one's body. */
  get #sharers(): readonly Message[] {
    return this.#twin !== null && this.#twin.#body === this.#body ? [this, this.#twin] : [this];
  }

  /** Whether headers and body are still those that came, and nobody has as much as looked at the body. */
  get isAsReceived(): boolean {
    return !this.#headersAreOwn && this.#body === undefined;
  }

  /** For reading only: these may be the immutable headers that the platform handed in. */
  get headers(): Headers {
    this.#headers ??= this.#origin?.headers ?? new Headers();
    return this.#headers;
  }

  /** Whether it came with headers or somebody asked for them; without, there is nothing to send. */
  get hasHeaders(): boolean {
    return this.#origin !== null || this.#headers !== undefined;
  }

  /** For writing: the message's own copy. */
  get ownHeaders(): Headers {
    if (!this.#headersAreOwn) this.ownHeaders = new Headers(this.headers);
    return this.headers;
  }

  set ownHeaders(headers: Headers) {
    this.#headers = headers;
    this.#headersAreOwn = true;
  }

  get body(): Body {
    this.#body ??= new Body(this.#origin?.body ?? null);
    return this.#body;
  }

  set body(body: Body) {
    this.#body = body;
  }

  get content(): string {
    return this.body.text;
  }

  /**
   * Replaces the payload. What the headers said of the old one no longer holds. A body that streams through
   * stays as it is.
   */
  setContent(content: BodySource, contentType?: string): void {
    if (this.body.isOpaque) return;
    this.#hasMadeContent = true;
    this.#replaceContent(content, contentType);
  }

  /** Whether the payload is one that a policy made: not the one that came, nor a form of it with other parameters. */
  get hasMadeContent(): boolean {
    return this.#hasMadeContent;
  }

  #replaceContent(content: BodySource, contentType: string | undefined): void {
    this.body = new Body(content);
    for (const stale of ["content-length", "content-encoding"]) {
      if (this.headers.has(stale)) this.ownHeaders.delete(stale);
    }
    if (contentType !== undefined) this.ownHeaders.set("content-type", contentType);
  }

  get contentType(): string {
    if (this.#headersAreOwn) return this.headers.get("content-type") ?? "";
    // What came does not change, and asking the platform costs as much as a step of a flow.
    this.#receivedType ??= this.headers.get("content-type") ?? "";
    return this.#receivedType;
  }

  /**
   * The body for the platform to send. Text that nothing says the type of goes as bytes, because the platform
   * would label it as text/plain.
   */
  get outgoing(): BodySource {
    const { body } = this;
    if (body.isEmpty) return null;
    const { source } = body;
    return typeof source === "string" && !this.headers.has("content-type") ? body.bytes : source;
  }

  /** Whether the payload is a form, as form parameters need it. */
  get isForm(): boolean {
    return mediaType(this.contentType) === FORM;
  }

  /** The parameters of a form body; none when the payload is no form. */
  get formParameters(): Parameters {
    return new Parameters(this.isForm ? this.content : "", true);
  }

  set formParameters(parameters: Parameters) {
    if (this.isForm && !this.body.isOpaque) this.#replaceContent(parameters.toString(), undefined);
    else this.setContent(parameters.toString(), FORM);
  }

  /**
   * Reads the body to its end and undoes its compression, so that `content` works. Returns nothing when there
   * is nothing to wait for. Callers at the same time share one reading. After a fault the message has no body.
   *
   * Faults: `protocol.http.TooBigBody`, `…UnsupportedEncoding`; and of `messaging.adaptors.http.flow`, for a
   * request `DecompressionFailureAtRequest` and `RequestTimeOut`, for a response
   * `DecompressionFailureAtResponse` and `UnexpectedEOFAtTarget`.
   */
  buffer(): Promise<void> | undefined {
    const twin = this.#twin;
    if (twin !== null && this.#body === twin.#body && twin.#reading) return twin.#reading;
    this.#reading ??= this.#startReading();
    return this.#reading;
  }

  #startReading(): Promise<void> | undefined {
    const whole = this.#wholeBody();
    if (whole) return this.#keep(whole);
    if (!this.body.isStream || this.body.isOpaque) return undefined;
    return this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  /**
   * The bytes of a body that nobody has looked at, whose length is known to be within the limit, and that is not
   * compressed: read at one go, and without as much as making its stream.
   */
  #wholeBody(): Promise<ArrayBuffer> | null {
    const origin = this.#origin;
    if (!origin?.arrayBuffer || this.#body !== undefined) return null;
    const received = this.#headersAreOwn ? origin.headers : this.headers;
    const length = received.get("content-length");
    if (length === null || Number(length) > this.bodyLimit || received.has("content-encoding")) return null;
    return origin.arrayBuffer();
  }

  #keep(whole: Promise<ArrayBuffer>): Promise<void> {
    return whole.then(
      (bytes) => {
        this.#body = new Body(new Uint8Array(bytes), false, charsetOf(this.contentType));
        this.#reading = undefined;
      },
      (error) => {
        this.#body = new Body(null);
        this.#reading = undefined;
        throw readFailure(error, false, this.reading);
      },
    );
  }

  async #read(): Promise<void> {
    const { body } = this;
    const readers = this.#sharers;
    const coding = this.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
    let decoding: ReturnType<Message["decoding"]> = "none";
    try {
      decoding = this.decoding(coding);
      const format = decoding === "here" ? compressionFormat(coding) : null;
      const charset = charsetOf(this.contentType);
      await body.buffer(this.bodyLimit, this.reading.tooBig, charset, format);
    } catch (error) {
      for (const reader of readers) reader.body = new Body(null);
      throw readFailure(error, decoding !== "none", this.reading);
    } finally {
      this.#reading = undefined;
    }
    if (decoding === "none") return;
    for (const reader of readers) {
      reader.contentCoding = coding;
      for (const stale of ["content-length", "content-encoding"]) reader.ownHeaders.delete(stale);
    }
  }

  /** The compression that a buffered body came with and should leave with, such as `gzip`. */
  contentCoding: string | null = null;

  protected abstract readonly reading: ReadingFaults;

  /** Who undoes a content coding: the platform, the gateway, or nobody, so that the bytes stay as they are. */
  protected abstract decoding(coding: string): "platform" | "here" | "none";
}

/** What a message starts with: everything of an origin, or parts. */
export interface MessageParts {
  readonly origin?: MessageOrigin;
  readonly headers?: Headers;
  readonly body?: BodySource;
}

/** Null for a message that starts without headers and body. */
export function originOf({ origin, headers, body }: MessageParts): MessageOrigin | null {
  if (origin) return origin;
  return headers || body ? { headers: headers ?? new Headers(), body: body ?? null } : null;
}
