import { BODY_LIMIT_BYTES, Body, type BodySource, type Decoder } from "./body.ts";
import { Fault } from "./fault.ts";
import { Parameters } from "./parameters.ts";

const FORM = "application/x-www-form-urlencoded";

/**
 * A request or a response on its way through a flow. Headers stay native; they are copied when somebody
 * writes. The body is a stream until somebody reads it (see {@link Body}).
 */
export abstract class Message {
  body: Body;
  version = "1.1";
  /** How many bytes of body a policy may read. */
  bodyLimit = BODY_LIMIT_BYTES;
  #headers: Headers;
  #headersAreOwn: boolean;

  protected constructor(headers: Headers, headersAreOwn: boolean, body: BodySource) {
    this.#headers = headers;
    this.#headersAreOwn = headersAreOwn;
    this.body = new Body(body);
  }

  /** For reading only: these may be the immutable headers that the platform handed in. */
  get headers(): Headers {
    return this.#headers;
  }

  /** For writing: the message's own copy. */
  get ownHeaders(): Headers {
    if (!this.#headersAreOwn) {
      this.#headers = new Headers(this.#headers);
      this.#headersAreOwn = true;
    }
    return this.#headers;
  }

  set ownHeaders(headers: Headers) {
    this.#headers = headers;
    this.#headersAreOwn = true;
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
      if (this.#headers.has(stale)) this.ownHeaders.delete(stale);
    }
    if (contentType !== undefined) this.ownHeaders.set("content-type", contentType);
  }

  get contentType(): string {
    return this.#headers.get("content-type") ?? "";
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
   * is nothing to wait for. Faults: `protocol.http.TooBigBody`, `…DecompressionFailureAtRequest` or `…AtResponse`.
   */
  buffer(): Promise<void> | undefined {
    return this.body.isStream && !this.body.isOpaque ? this.#read() : undefined;
  }

  async #read(): Promise<void> {
    const coding = this.#headers.get("content-encoding")?.trim().toLowerCase();
    if (coding === undefined || coding === "identity") {
      return this.body.buffer(this.bodyLimit, this.tooBigStatus, charsetOf(this.contentType));
    }
    await this.body.buffer(
      this.bodyLimit,
      this.tooBigStatus,
      charsetOf(this.contentType),
      this.decoder(coding),
    );
    this.contentCoding = coding;
    for (const stale of ["content-length", "content-encoding"]) this.ownHeaders.delete(stale);
  }

  /** The compression that a buffered body came with and should leave with, such as `gzip`. */
  contentCoding: string | null = null;

  protected abstract readonly tooBigStatus: 413 | 502;

  /** What undoes a content coding; null where the platform already does. */
  protected abstract decoder(coding: string): Decoder | null;
}

/** A request: the client's, or one that a policy made for a callout. */
export class RequestMessage extends Message {
  verb: string;
  /** Path without query string. Empty for a request that a policy made and gave no path. */
  path: string;
  #query: string;
  #parameters: Parameters | undefined;
  protected readonly tooBigStatus = 413;

  constructor(
    fields: { verb?: string; path?: string; query?: string; headers?: Headers; body?: BodySource } = {},
  ) {
    super(fields.headers ?? new Headers(), fields.headers === undefined, fields.body ?? null);
    this.verb = fields.verb ?? "GET";
    this.path = fields.path ?? "";
    this.#query = fields.query ?? "";
  }

  /** The platform hands request bodies over as they came. */
  protected decoder(coding: string): Decoder {
    const failure = "messaging.adaptors.http.flow.DecompressionFailureAtRequest";
    const format = compressionFormat(coding);
    if (format === null)
      throw new Fault("protocol.http.UnsupportedEncoding", `Unsupported Encoding "${coding}"`);
    return { failure, stream: new DecompressionStream(format) };
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
  protected readonly tooBigStatus = 502;

  constructor(fields: { status?: number; reason?: string; headers?: Headers; body?: BodySource } = {}) {
    super(fields.headers ?? new Headers(), fields.headers === undefined, fields.body ?? null);
    this.status = fields.status ?? 200;
    this.reason = fields.reason ?? "";
  }

  /** The platform itself undoes gzip and br in the bodies that fetch brings. */
  protected decoder(coding: string): Decoder | null {
    if (coding !== "deflate") return null;
    const failure = "messaging.adaptors.http.flow.DecompressionFailureAtResponse";
    return { failure, stream: new DecompressionStream("deflate") };
  }

  static of(response: Response): ResponseMessage {
    return new ResponseMessage({
      status: response.status,
      reason: response.statusText,
      headers: response.headers,
      body: response.body,
    });
  }
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
