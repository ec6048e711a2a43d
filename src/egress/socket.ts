import { connect } from "cloudflare:sockets";

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
  await far.opened;
  const piped = Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
  const ended = Promise.race([piped, closing]).then(() => null);
  const lost = await ended.catch((error: unknown) => error);
  // One that the other side has closed throws at once instead of rejecting.
  await Promise.allSettled([far, near].map(async (socket) => socket.close()));
  return lost;
}
