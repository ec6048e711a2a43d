import { BODY_LIMIT_BYTES, Body, type BodySource } from "./body.ts";
import { Fault, type FaultType, faultType } from "./fault.ts";
import { Parameters } from "./parameters.ts";

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
  #body: Body | undefined;
  #reading: Promise<void> | undefined;

  /** @param origin null for a message that starts without headers and body */
  protected constructor(origin: MessageOrigin | null) {
    this.#origin = origin;
    this.#headersAreOwn = origin === null;
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
    this.body = new Body(content);
    for (const stale of ["content-length", "content-encoding"]) {
      if (this.headers.has(stale)) this.ownHeaders.delete(stale);
    }
    if (contentType !== undefined) this.ownHeaders.set("content-type", contentType);
  }

  get contentType(): string {
    return this.headers.get("content-type") ?? "";
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
    this.setContent(parameters.toString(), this.isForm ? undefined : FORM);
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
    const length = origin.headers.get("content-length");
    if (length === null || Number(length) > this.bodyLimit || origin.headers.has("content-encoding"))
      return null;
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
    const coding = this.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
    let decoding: ReturnType<Message["decoding"]> = "none";
    try {
      decoding = this.decoding(coding);
      const format = decoding === "here" ? compressionFormat(coding) : null;
      const charset = charsetOf(this.contentType);
      await body.buffer(this.bodyLimit, this.reading.tooBig, charset, format);
    } catch (error) {
      this.body = new Body(null);
      throw readFailure(error, decoding !== "none", this.reading);
    } finally {
      this.#reading = undefined;
    }
    if (decoding === "none") return;
    this.contentCoding = coding;
    for (const stale of ["content-length", "content-encoding"]) this.ownHeaders.delete(stale);
  }

  /** The compression that a buffered body came with and should leave with, such as `gzip`. */
  contentCoding: string | null = null;

  protected abstract readonly reading: ReadingFaults;

  /** Who undoes a content coding: the platform, the gateway, or nobody, so that the bytes stay as they are. */
  protected abstract decoding(coding: string): "platform" | "here" | "none";
}

/** What goes wrong when the bodies of one kind of message are read. */
interface ReadingFaults {
  readonly tooBig: FaultType<[]>;
  readonly undecodable: FaultType<[]>;
  readonly brokenOff: FaultType<[]>;
}

/** The platform throws TypeErrors for bytes that it cannot decode, and other errors for lost connections. */
function readFailure(error: unknown, isDecoded: boolean, faults: ReadingFaults): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof TypeError)) return faults.brokenOff().causedBy(error);
  return isDecoded ? faults.undecodable().causedBy(error) : error;
}

const tooBigBody = (status: 413 | 502) =>
  faultType("protocol.http.TooBigBody", status, () => "Body buffer overflow");

const undecodable = (message: "Request" | "Response", status: number) =>
  faultType(
    `messaging.adaptors.http.flow.DecompressionFailureAt${message}`,
    status,
    () => "Decompression failure",
  );

export const unsupportedEncoding = faultType(
  "protocol.http.UnsupportedEncoding",
  415,
  (coding: string) => `Unsupported Encoding "${coding}"`,
);

export const requestReading: ReadingFaults = {
  tooBig: tooBigBody(413),
  undecodable: undecodable("Request", 400),
  brokenOff: faultType("messaging.adaptors.http.flow.RequestTimeOut", 408, () => "The request broke off"),
};

export const responseReading: ReadingFaults = {
  tooBig: tooBigBody(502),
  undecodable: undecodable("Response", 500),
  brokenOff: faultType(
    "messaging.adaptors.http.flow.UnexpectedEOFAtTarget",
    502,
    () => "Unexpected EOF at target",
  ),
};

/** A request: the client's, or one that a policy made for a callout. */
export class RequestMessage extends Message {
  /** Path without query string. Empty for a request that a policy made and gave no path. */
  path: string;
  #verb: string | undefined;
  #query: string;
  #parameters: Parameters | undefined;
  protected readonly reading = requestReading;

  constructor(fields: { verb?: string; path?: string; query?: string } & MessageParts = {}) {
    super(originOf(fields));
    this.#verb = fields.verb;
    this.path = fields.path ?? "";
    this.#query = fields.query ?? "";
  }

  /** Where nobody chose one, a verb that can carry what there is: GET, or POST with a payload. */
  get verb(): string {
    return this.#verb ?? (this.body.isEmpty ? "GET" : "POST");
  }

  set verb(verb: string) {
    this.#verb = verb;
  }

  /** The platform hands request bodies over as they came. */
  protected decoding(coding: string): "here" | "none" {
    if (coding === "identity") return "none";
    if (compressionFormat(coding) !== null) return "here";
    throw unsupportedEncoding(coding);
  }

  /** Query string without the question mark. */
  get query(): string {
    return this.#parameters?.toString() ?? this.#query;
  }

  set query(query: string) {
    this.#query = query;
    this.#parameters = undefined;
  }

  /** The parsed query string; writes to it show in `query`. */
  get queryParameters(): Parameters {
    this.#parameters ??= new Parameters(this.#query, this.plusIsSpaceInQuery);
    return this.#parameters;
  }

  /** Path and query string. */
  get uri(): string {
    const query = this.query;
    return query === "" ? this.path : `${this.path}?${query}`;
  }

  /**
   * `+` in a query stays a plus unless the Content-Type names a charset.
   * Apigee: "Endpoint properties reference" (request.queryparams.ignore.content.type.charset).
   */
  ignoreContentTypeCharset = false;

  private get plusIsSpaceInQuery(): boolean {
    return !this.ignoreContentTypeCharset && /;\s*charset=/i.test(this.contentType);
  }
}

/** A response: from a target or callout, or one that a policy made; also the pending error message. */
export class ResponseMessage extends Message {
  status: number;
  reason: string;
  protected readonly reading = responseReading;

  constructor(fields: { status?: number; reason?: string } & MessageParts = {}) {
    super(originOf(fields));
    this.status = fields.status ?? 200;
    this.reason = fields.reason ?? "";
  }

  /** The platform itself undoes gzip and br in the bodies that fetch brings. */
  protected decoding(coding: string): "platform" | "here" | "none" {
    if (coding === "gzip" || coding === "br") return "platform";
    return compressionFormat(coding) === null ? "none" : "here";
  }

  static of(response: Response): ResponseMessage {
    return new ResponseMessage({ status: response.status, reason: response.statusText, origin: response });
  }
}

/** What a message starts with: everything of an origin, or parts. */
interface MessageParts {
  readonly origin?: MessageOrigin;
  readonly headers?: Headers;
  readonly body?: BodySource;
}

function originOf({ origin, headers, body }: MessageParts): MessageOrigin | null {
  if (origin) return origin;
  return headers || body ? { headers: headers ?? new Headers(), body: body ?? null } : null;
}

/** The media type of a Content-Type value, in lower case and without parameters. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** The codings that the platform's compression streams know. */
export function compressionFormat(coding: string): "gzip" | "deflate" | null {
  if (coding === "gzip" || coding === "x-gzip") return "gzip";
  return coding === "deflate" ? "deflate" : null;
}

function charsetOf(contentType: string): string {
  return /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
}
