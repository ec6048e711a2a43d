import type { ResponseMessage } from "../flow/message.ts";
import { compressResponse } from "./compression.ts";

/** Statuses whose answers have no body (Fetch standard: null body statuses). */
const bodiless = new Set([204, 205, 304]);

/** The platform's response for a message: what goes to the client. */
export function toResponse(message: ResponseMessage, verb: string): Response {
  const status = message.status >= 200 && message.status <= 599 ? message.status : 502;
  const body = bodiless.has(status) || verb === "HEAD" ? null : compressResponse(message, null);
  const statusText = reasonPhrase.test(message.reason) ? message.reason : "";
  return new Response(body, { status, statusText, headers: message.headers });
}

/** RFC 9112: what a reason phrase may hold; anything else would make the platform refuse the response. */
const reasonPhrase = /^[\t\x20-\x7e]*$/;
