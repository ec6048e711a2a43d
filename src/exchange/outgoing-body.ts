import type { CompressionAlgorithm } from "../connections/transport-properties.ts";
import { carriesBody, isBodiless } from "../egress/egress.ts";
import type { BodySource } from "../flow/body.ts";
import type { FlowContext } from "../flow/context.ts";
import { faultType } from "../flow/fault.ts";
import { READ_TIMEOUT_MS, timedOut } from "./client-request.ts";
import { compressRequest } from "./compression.ts";
import { readWithin } from "./read-within.ts";

/**
 * The body of a flow's request as it goes to a target. With GET and HEAD, Workers send none but the client's own,
 * as it came and with a length: a request of the platform stands for that.
 *
 * Faults: `…LengthRequired` for a client's body without a length, and `sortie.BodyNotSendable` for any other.
 */
export function bodyToSend(
  flow: FlowContext,
  compression: CompressionAlgorithm | null,
): BodySource | Request | Promise<BodySource | Request> {
  const { request } = flow;
  return isBodiless(request.verb) && !request.body.isEmpty
    ? carrierOf(flow)
    : compressRequest(request, compression);
}

async function carrierOf({ request, exchange }: FlowContext): Promise<Request | null> {
  const { verb, body } = request;
  const carrier = body.carrier();
  const isOwn = carrier?.method === verb.toUpperCase();
  if (carriesBody(carrier, verb)) return carrier;
  const { source } = body;
  if (source instanceof ReadableStream) {
    let isEmpty = false;
    const reading = isEmptyStream(source).then((empty) => {
      isEmpty = empty;
    });
    await readWithin(READ_TIMEOUT_MS, reading, exchange, timedOut);
    if (isEmpty) return null;
  }
  throw isOwn ? lengthRequired(verb) : bodyNotSendable(verb);
}

export const lengthRequired = faultType(
  "messaging.adaptors.http.flow.LengthRequired",
  411,
  (verb: string) => `Workers send the body of a ${verb} request only when the client says its length`,
);

/** Not Apigee's: a request that Workers cannot send, because its method goes without a body. */
export const bodyNotSendable = faultType(
  "sortie.BodyNotSendable",
  500,
  (verb: string) => `Workers cannot send a ${verb} request with a body that a policy made or changed`,
);

/** Reads as far as the first byte, and lets go of the rest. */
async function isEmptyStream(stream: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader = stream.getReader();
  let next = await reader.read();
  while (!next.done && next.value.byteLength === 0) next = await reader.read();
  if (!next.done) reader.cancel().catch(() => {});
  return next.done;
}
