import { isSuccess } from "../egress/connection.ts";
import { withoutHopByHop } from "../egress/hop-by-hop.ts";
import type { TargetProperties } from "../egress/properties.ts";
import { Body } from "../flow/body.ts";
import type { Exchange } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { ResponseMessage } from "../flow/message.ts";
import { onlyNamed } from "./forwarding.ts";
import { readWithin } from "./read-within.ts";

/** A target's answer, body unread. */
export class TargetResponse extends ResponseMessage {
  readonly #received: Headers;
  readonly #timeoutMs: number;
  readonly #exchange: Exchange;

  /**
   * @param streams whether policies see no content. An answer that counts as an error is for the fault rules,
   *   which must be able to replace it, so that one is an ordinary message.
   * @param timeoutMs for reading the whole body
   */
  constructor(
    { status, statusText: reason, headers, body }: Response,
    properties: TargetProperties,
    streams: boolean,
    timeoutMs: number,
    exchange: Exchange,
  ) {
    super({ status, reason, headers: retained(headers, properties), body });
    if (streams && isSuccess(status, properties.successCodes)) this.body = new Body(body, true);
    this.bodyLimit = properties.responseBodyLimit;
    this.#received = headers;
    this.#timeoutMs = timeoutMs;
    this.#exchange = exchange;
  }

  /** How many bytes of body the target promised, whatever policies made of the headers; null when it did not. */
  get receivedLength(): number | null {
    const length = this.#received.get("content-length");
    return length === null || this.#received.has("content-encoding") ? null : Number(length);
  }

  /** Faults: those of {@link ResponseMessage}, and `…GatewayTimeout` when the target takes too long. */
  override buffer(): Promise<void> | undefined {
    const reading = super.buffer();
    return reading && readWithin(this.#timeoutMs, reading, this.#exchange, gatewayTimeout);
  }
}

/** Apigee: "Endpoint properties reference" (response.retain.headers). */
function retained(headers: Headers, properties: TargetProperties): Headers {
  return properties.retainResponseHeaders
    ? withoutHopByHop(headers)
    : onlyNamed(headers, properties.retainedResponseHeaders);
}

/** Apigee: "Endpoint properties reference" (io.timeout.millis). */
function gatewayTimeout(cause: unknown): Fault {
  return new Fault("messaging.adaptors.http.flow.GatewayTimeout", "Gateway Timeout", { cause });
}
