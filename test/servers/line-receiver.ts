import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

/**
 * A syslog server: takes lines over TCP. Over HTTP it tells what it got.
 *
 * | request | |
 * |---|---|
 * | `GET /KEY` | nothing until a connection has ended whose bytes hold KEY, then those bytes |
 */
export class LineReceiver {
  readonly tcp: Server;
  readonly http: HttpServer;
  readonly #received: string[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    this.tcp = createServer((socket) => void this.take(socket));
    this.http = createHttpServer(async ({ url = "/" }, response) => {
      response.end(await this.holding(decodeURIComponent(url.slice(1))));
    });
  }

  /** Reads a connection to its end. */
  async take(socket: Socket): Promise<void> {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => {});
    await once(socket, "close");
    this.#received.push(Buffer.concat(chunks).toString());
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  /** What a connection brought that held the text, once there is one. */
  async holding(key: string): Promise<string> {
    const found = this.#received.find((text) => text.includes(key));
    if (found !== undefined) return found;
    await new Promise<void>((look) => this.#waiting.push(look));
    return this.holding(key);
  }
}
