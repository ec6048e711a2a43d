import { connect, createServer, type Server, type Socket } from "node:net";
import { listenOnLoopback, portFailure } from "../loopback.ts";

/**
 * The port that clients know, on every address of `localhost`. It is opened when there is something behind it, and
 * hands each connection on byte for byte.
 */
export class FrontDoor {
  readonly port: number;
  readonly #servers: readonly Server[];
  readonly #sockets: Set<Socket>;

  private constructor(port: number, servers: readonly Server[], sockets: Set<Socket>) {
    this.port = port;
    this.#servers = servers;
    this.#sockets = sockets;
  }

  /**
   * Rejects with `CommandFailure` when the port is in use.
   * @param wanted 0 takes a free one
   */
  static async open(wanted: number, behind: number): Promise<FrontDoor> {
    const sockets = new Set<Socket>();
    const handOn = (client: Socket) =>
      join(client, connect({ port: behind, host: "127.0.0.1", allowHalfOpen: true }), sockets);
    const make = () => createServer({ allowHalfOpen: true, noDelay: true }, handOn);
    const { port, servers } = await listenOnLoopback(make, wanted).catch(portFailure(wanted));
    return new FrontDoor(port, servers, sockets);
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}

/** Each side gets what the other sends; when one breaks off, so does the other. */
function join(client: Socket, gateway: Socket, open: Set<Socket>): void {
  for (const [one, other] of [
    [client, gateway],
    [gateway, client],
  ] as const) {
    open.add(one);
    one.setNoDelay();
    one.pipe(other);
    // For the gateway, a mere end would be that of what the client has to say.
    one.on("error", () => (other === gateway ? other.resetAndDestroy() : other.destroy()));
    one.on("close", () => {
      open.delete(one);
      if (!one.readableEnded) other.destroy();
    });
  }
}
