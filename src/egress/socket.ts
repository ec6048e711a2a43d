import { connect } from "cloudflare:sockets";
import type { Delivery, TimeLimit } from "./call.ts";

/**
 * Connects two ends of a TCP connection until either has ended: `near`, which somebody here has opened, and the
 * address that they want. Then both are closed.
 *
 * @param address `host:port`
 * @param closing closes both, whatever is under way, when it resolves
 * @returns what cut a connection that stood; null when it ended
 * @throws when the address cannot be reached
 */
export async function pipeSocket(near: Socket, address: string, closing: Promise<unknown>): Promise<unknown> {
  const far = connect(address, { secureTransport: "off", allowHalfOpen: true });
  // What they say is said by the pipes, too.
  for (const { opened, closed } of [near, far]) for (const state of [opened, closed]) state.catch(() => {});
  // A far end that never answers is waited for as long as somebody wants it.
  const isOpen = await Promise.race([far.opened.then(() => true), closing.then(() => false)]);
  if (!isOpen) {
    // Closing the far end waits for it to open, and whoever opened the near one may have closed it.
    for (const end of [near, far]) end.close().catch(() => {});
    return null;
  }
  // Ends both pipes, and with them the sockets: closing a socket that the other side has closed leaves a rejection.
  const over = new AbortController();
  closing.then(() => over.abort());
  const { signal } = over;
  const up = near.readable.pipeTo(far.writable, { signal });
  const down = far.readable.pipeTo(near.writable, { signal });
  const lost = await Promise.all([up, down]).then(
    () => null,
    (error: unknown) => (signal.aborted ? null : error),
  );
  over.abort();
  return lost;
}

/**
 * Opens a TCP connection, writes to it and closes it. Rejects when that has not been done in its time.
 */
export async function deliver(
  { host, port, isSecure, bytes, timeoutMs }: Delivery,
  limit: TimeLimit,
): Promise<void> {
  const secureTransport = isSecure ? "on" : "off";
  const socket = connect(`${host}:${port}`, { secureTransport, allowHalfOpen: true });
  // What they say is said by writing, too.
  for (const state of [socket.opened, socket.closed]) state.catch(() => {});
  const write = async () => {
    await socket.opened;
    const writer = socket.writable.getWriter();
    await writer.write(bytes);
    await writer.close();
  };
  try {
    await limit.within(timeoutMs, write());
  } finally {
    socket.close().catch(() => {});
  }
}
