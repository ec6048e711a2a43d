import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

/** As many connections as the system keeps for a server that takes none: one more than its backlog. */
const KEPT = 2;

/** Listens, and takes no connection: its thread waits for ever. */
const LISTENS = `
const { createServer } = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: ${KEPT - 1} }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(workerData, 0, 0);
});`;

/** A server that never answers whoever wants to connect: neither with a connection nor with a refusal. */
export class SilentServer {
  /** `http://host:port` */
  readonly address: string;
  readonly #thread: Worker;
  readonly #kept: readonly Socket[];

  private constructor(address: string, thread: Worker, kept: readonly Socket[]) {
    this.address = address;
    this.#thread = thread;
    this.#kept = kept;
  }

  static async start(): Promise<SilentServer> {
    const thread = new Worker(LISTENS, { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) });
    const [port] = (await once(thread, "message")) as [number];
    const kept = Array.from({ length: KEPT }, () => connect(port, "127.0.0.1"));
    await Promise.all(kept.map((socket) => once(socket, "connect")));
    return new SilentServer(`http://127.0.0.1:${port}`, thread, kept);
  }

  async stop(): Promise<void> {
    for (const socket of this.#kept) socket.on("error", () => {}).destroy();
    await this.#thread.terminate();
  }
}
