import { Float, type Value } from "../../../expression/value.ts";
import { Body } from "../../../flow/body.ts";
import { charsetOf } from "../../../flow/content-type.ts";
import { Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { CachedMessage, CachedValue } from "../../../stores/caches.ts";

/**
 * A value as a cache keeps it; undefined for what cannot be kept: a message whose body streams through, and what is
 * neither a value nor a message. A long, float or double becomes text. The body of a message must have been buffered.
 */
export function toCached(value: Exclude<Value, null>): CachedValue | undefined {
  if (typeof value === "bigint" || value instanceof Float) return String(value);
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return [...value];
  return value instanceof Message ? messageToCached(value) : undefined;
}

function messageToCached(message: Message): CachedMessage | undefined {
  const { body } = message;
  if (body.isOpaque || body.isStream) return undefined;
  const { version, contentCoding: coding } = message;
  const common = { headers: [...message.headers], body: body.bytes, version, coding };
  if (message instanceof RequestMessage) {
    const { verb, path, query } = message;
    return { kind: "request", ...common, verb, path, query };
  }
  if (!(message instanceof ResponseMessage)) return undefined;
  const { status, reason } = message;
  return { kind: "response", ...common, status, reason };
}

/** The value again; each time another message, for a flow to change. */
export function fromCached(value: CachedValue): Value {
  if (typeof value !== "object" || !("kind" in value)) return value;
  return value.kind === "request" ? requestOf(value) : responseOf(value);
}

function requestOf({ verb = "GET", path = "", query = "", ...parts }: CachedMessage): RequestMessage {
  return filled(new RequestMessage({ verb, path, query, headers: headersOf(parts) }), parts);
}

/** A response as it was cached. */
export function responseOf({ status = 200, reason = "", ...parts }: CachedMessage): ResponseMessage {
  return filled(new ResponseMessage({ status, reason, headers: headersOf(parts) }), parts);
}

/** Copying headers takes a fraction of the time that making them from a list takes. */
const made = new WeakMap<CachedMessage["headers"], Headers>();

function headersOf({ headers }: Pick<CachedMessage, "headers">): Headers {
  const first = made.get(headers) ?? new Headers(headers.map(([name, value]) => [name, value]));
  made.set(headers, first);
  return new Headers(first);
}

function filled<M extends Message>(
  message: M,
  cached: Pick<CachedMessage, "body" | "version" | "coding">,
): M {
  message.body = new Body(cached.body, false, charsetOf(message.contentType));
  message.version = cached.version;
  message.contentCoding = cached.coding;
  return message;
}
