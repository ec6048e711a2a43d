import { connect } from "cloudflare:sockets";

/**
 * Connects two ends of a TCP connection until both have ended: `near`, which somebody here has opened, and the
 * address that they want.
 *
 * @param address `host:port`
 */
export async function pipeSocket(near: Socket, address: string): Promise<void> {
  const far = connect(address, { secureTransport: "off", allowHalfOpen: true });
  await Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
}
