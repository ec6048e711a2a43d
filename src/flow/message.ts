import { Message, type MessageParts, originOf } from "./any-message.ts";
import { compressionFormat } from "./content-type.ts";
import { Parameters } from "./parameters.ts";
import { requestReading, responseReading, unsupportedEncoding } from "./reading-faults.ts";
import { standardReason } from "./standard-reason.ts";

export { Message } from "./any-message.ts";

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
    this.#parameters ??= new Parameters(this.#query, this.#query.includes("+") && this.plusIsSpaceInQuery);
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

/** A reason phrase, or the platform's response that is asked for it when somebody wants to know. */
type Reason = string | Pick<Response, "statusText">;

/** A response: from a target or callout, or one that a policy made; also the pending error message. */
export class ResponseMessage extends Message {
  status: number;
  /** The reason phrase that a policy set, which may be empty; null when none did. */
  givenReason: string | null = null;
  readonly #receivedStatus: number;
  readonly #receivedReason: Reason;
  protected readonly reading = responseReading;

  /** @param fields `reason` is the phrase that came with the status, if any */
  constructor(fields: { status?: number; reason?: Reason } & MessageParts = {}) {
    super(originOf(fields));
    this.status = fields.status ?? 200;
    this.#receivedStatus = this.status;
    this.#receivedReason = fields.reason ?? "";
  }

  /** Whether the status is the one that came. */
  protected get hasReceivedStatus(): boolean {
    return this.status === this.#receivedStatus;
  }

  /** The phrase that a policy set, or that came with this status; the standard one in the place of an empty one. */
  get reason(): string {
    return (this.givenReason ?? this.#reasonOfStatus) || standardReason(this.status);
  }

  set reason(reason: string) {
    this.givenReason = reason;
  }

  get #reasonOfStatus(): string {
    if (!this.hasReceivedStatus) return "";
    const reason = this.#receivedReason;
    return typeof reason === "string" ? reason : reason.statusText;
  }

  /** Another response like this one, for one of the two to be changed. Their body is read for both. */
  copy(): ResponseMessage {
    const copy = this.blank();
    copy.status = this.status;
    copy.givenReason = this.givenReason;
    copy.version = this.version;
    copy.beginAs(this);
    return copy;
  }

  protected blank(): ResponseMessage {
    return new ResponseMessage({ status: this.#receivedStatus, reason: this.#receivedReason });
  }

  /** The platform itself undoes gzip and br in the bodies that fetch brings. */
  protected decoding(coding: string): "platform" | "here" | "none" {
    if (coding === "gzip" || coding === "br") return "platform";
    return compressionFormat(coding) === null ? "none" : "here";
  }

  /**
   * The answer to a request that goes to no target: the payload that policies made for it. What the client sent does
   * not come back, nor do headers that policies wrote: those may hold what only a target should see.
   */
  static answering(request: RequestMessage): ResponseMessage {
    const response = new ResponseMessage();
    if (!request.hasMadeContent) return response;
    response.body = request.body.copy();
    if (request.contentType !== "") response.ownHeaders.set("content-type", request.contentType);
    return response;
  }

  static of(response: Response): ResponseMessage {
    return new ResponseMessage({ status: response.status, reason: response, origin: response });
  }
}
