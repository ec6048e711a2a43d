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
