import type { CompressionAlgorithm } from "../connections/transport-properties.ts";
import type { BodySource } from "../flow/body.ts";
import type { ResponseMessage } from "../flow/message.ts";
import { isSendable } from "../flow/message-properties.ts";
import { standardReason } from "../flow/standard-reason.ts";
import { compressResponse } from "./compression.ts";
import { TargetResponse } from "./target-response.ts";

/** Statuses whose answers have no body (Fetch standard: null body statuses). */
const bodiless = new Set([204, 205, 304]);

/** The platform's response for a message: what goes to the client, whose request had that method. */
export function toResponse(
  message: ResponseMessage,
  method: string,
  compression: CompressionAlgorithm | null,
): Response | Promise<Response> {
  const { status } = message;
  if (
    message instanceof TargetResponse &&
    message.isUnchanged &&
    compression === null &&
    isSendable(status)
  ) {
    return message.received;
  }
  if (bodiless.has(status)) return respond(message, withoutBody(message));
  if (method === "HEAD") return respond(message, headersOnly(message));
  const body = compressResponse(message, compression);
  return body instanceof Promise ? body.then((bytes) => respond(message, bytes)) : respond(message, body);
}

/** In the place of a status that Workers cannot send stands 502: what the target, or a policy, meant is not known. */
function respond({ status: wanted, reason, headers }: ResponseMessage, body: BodySource): Response {
  const status = isSendable(wanted) ? wanted : 502;
  const statusText = status === wanted && reasonPhrase.test(reason) ? reason : standardReason(status);
  // An empty text would stand on the wire; without one the platform has its own.
  return new Response(body, statusText === "" ? { status, headers } : { status, statusText, headers });
}

function withoutBody({ body: { source } }: ResponseMessage): null {
  if (source instanceof ReadableStream) source.cancel().catch(() => {});
  return null;
}

/** A HEAD request learns how long the answer to a GET would be. */
function headersOnly(message: ResponseMessage): null {
  const { body } = message;
  if (body.isStream) return withoutBody(message);
  if (!body.isEmpty) message.ownHeaders.set("content-length", String(body.bytes.byteLength));
  return null;
}

/** RFC 9112: what a reason phrase may hold; anything else would make the platform refuse the response. */
const reasonPhrase = /^[\t\x20-\x7e]*$/;
