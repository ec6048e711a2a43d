import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request as it came in. */
export interface Received {
  /** The header Host. */
  readonly host: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a recorder sends back: 200 and JSON unless it says otherwise. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An HTTP server in the place of every host that a bundle calls. */
export class Recorder {
  /** Oldest first. */
  readonly received: Received[] = [];
  /** What the next requests get. */
  answer: (request: Received) => Answer | Promise<Answer> = () => ({ body: "{}" });
  readonly #server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const received = { host: headers.host ?? "", method, url, headers, body: await text(request) };
    this.received.push(received);
    this.#waiting.get(received.host)?.(received);
    const answer = await this.answer(received);
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body);
  });
  readonly #waiting = new Map<string, (request: Received) => void>();

  static async start(): Promise<Recorder> {
    const recorder = new Recorder();
    recorder.#server.listen(0, "127.0.0.1");
    await once(recorder.#server, "listening");
    return recorder;
  }

  /** The options that make `sortie dev` call it for these hosts. */
  connections(...hosts: readonly string[]): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return hosts.map((host) => `--connect-to=${host}=http://127.0.0.1:${port}`);
  }

  /** Resolves with the first request for a host, which may have come already. */
  arrival(host: string): Promise<Received> {
    const known = this.received.find((request) => request.host === host);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.set(host, resolve));
  }

  forget(): void {
    this.received.length = 0;
    this.#waiting.clear();
    this.answer = () => ({ body: "{}" });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
