import { isSuccess } from "../connections/connection.ts";
import type { TargetProperties } from "../connections/target-properties.ts";
import { type TimeLimit, unlimited } from "../egress/call.ts";
import { type Cancelling, cancelling } from "../egress/cancelling.ts";
import { isHopByHop, withoutHopByHop } from "../egress/hop-by-hop.ts";
import { Body } from "../flow/body.ts";
import type { Fault } from "../flow/fault.ts";
import { ResponseMessage } from "../flow/message.ts";
import { onlyNamed } from "./forwarding.ts";
import { readWithin } from "./read-within.ts";
import { gatewayTimeout } from "./transport-fault.ts";

/** A target's answer, body unread. */
export class TargetResponse extends ResponseMessage {
  /**
   * One that stays. The others live for a moment: a full garbage collection would find none of them, forget
   * what they look like, and take all optimised code with it that knows.
   */
  static readonly lasting = new TargetResponse(
    new Response(),
    0,
    unlimited,
    cancelling(false, { givenUp: null }),
  );

  /** What the platform received. */
  readonly received: Response;
  readonly #timeoutMs: number;
  readonly #limit: TimeLimit;
  readonly #calls: Cancelling;

  /**
   * @param timeoutMs for reading the whole body
   * @param calls cancels what does not come in time
   */
  constructor(received: Response, timeoutMs: number, limit: TimeLimit, calls: Cancelling) {
    super({ status: received.status, reason: received, origin: received });
    this.received = received;
    this.#timeoutMs = timeoutMs;
    this.#limit = limit;
    this.#calls = calls;
  }

  /**
   * Keeps the headers that the properties say. Apigee: "Endpoint properties reference" (response.retain.headers).
   *
   * @param streams whether policies see no content. An answer that counts as an error is for the fault rules,
   *   which must be able to replace it, so that one is an ordinary message.
   */
  applyProperties(properties: TargetProperties, streams: boolean): void {
    const { retainResponseHeaders, retainedResponseHeaders, successCodes, responseBodyLimit } = properties;
    if (!retainResponseHeaders) this.ownHeaders = onlyNamed(this.headers, retainedResponseHeaders);
    else if (isHopByHop("connection", this.headers)) this.ownHeaders = withoutHopByHop(this.headers);
    if (streams && isSuccess(this.status, successCodes)) this.body = new Body(this.received.body, true);
    this.bodyLimit = responseBodyLimit;
  }

  /** Whether the platform can send what it received, without taking it apart. */
  get isUnchanged(): boolean {
    const { givenReason } = this;
    const isOwnReason = givenReason !== null && givenReason !== this.received.statusText;
    return this.isAsReceived && this.hasReceivedStatus && !isOwnReason;
  }

  protected override blank(): TargetResponse {
    return new TargetResponse(this.received, this.#timeoutMs, this.#limit, this.#calls);
  }

  /** How many bytes of body the target promised, whatever policies made of the headers; null when it did not. */
  get receivedLength(): number | null {
    const { headers } = this.received;
    const length = headers.get("content-length");
    return length === null || headers.has("content-encoding") ? null : Number(length);
  }

  /** Faults: those of {@link ResponseMessage}, and `…GatewayTimeout` when the target takes too long. */
  override buffer(): Promise<void> | undefined {
    const reading = super.buffer();
    return reading && readWithin(this.#timeoutMs, reading, this.#limit, (cause) => this.#timedOut(cause));
  }

  /** Apigee: "Endpoint properties reference" (io.timeout.millis). */
  #timedOut(cause: unknown): Fault {
    this.#calls.cancel();
    return gatewayTimeout().causedBy(cause);
  }
}
