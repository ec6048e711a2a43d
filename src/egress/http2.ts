import { connect } from "cloudflare:sockets";
import type { TimeLimit } from "./call.ts";

/** HTTP/2: "HTTP/2 Connection Preface", with an empty SETTINGS frame. */
const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");

/** A frame's header: three bytes of length, its type, flags, and four bytes with the stream. */
const FRAME_HEADER_BYTES = 9;
const SETTINGS = 4;

const TIMEOUT_MS = 1000;

/**
 * Whether a server speaks HTTP/2 without TLS, which Workers do not: to fetch, one that speaks nothing else looks
 * like a connection that was lost.
 *
 * @param address `host:port`
 */
export async function speaksHttp2(address: string, limit: TimeLimit): Promise<boolean> {
  let socket: Socket | null = null;
  try {
    socket = connect(address, { secureTransport: "off", allowHalfOpen: false });
    // They say no more than reading does.
    for (const settled of [socket.opened, socket.closed]) settled.catch(() => {});
    // What comes later, when nobody waits any more, is no matter either.
    const greeting = greeted(socket).catch(() => false);
    return await limit.within(TIMEOUT_MS, greeting);
  } catch {
    return false;
  } finally {
    socket?.close().catch(() => {});
  }
}

/** Whether the answer to the preface begins with the server's settings, as it has to. */
async function greeted({ readable, writable }: Socket): Promise<boolean> {
  await writable.getWriter().write(PREFACE);
  const start: number[] = [];
  for await (const chunk of readable as ReadableStream<Uint8Array>) {
    start.push(...chunk.subarray(0, FRAME_HEADER_BYTES));
    if (start.length >= FRAME_HEADER_BYTES) break;
  }
  return start[3] === SETTINGS && start.slice(5, FRAME_HEADER_BYTES).join("") === "0000";
}
