import { connect } from "cloudflare:sockets";

/**
 * Connects two ends of a TCP connection until both have ended: `near`, which somebody here has opened, and the
 * address that they want.
 *
 * @param address `host:port`
 * @param closing closes both, whatever is under way, when it resolves
 */
export async function pipeSocket(near: Socket, address: string, closing: Promise<unknown>): Promise<void> {
  const far = connect(address, { secureTransport: "off", allowHalfOpen: true });
  const piped = Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
  await Promise.race([piped, closing.then(() => Promise.all([far.close(), near.close()]))]);
}
