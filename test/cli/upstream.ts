import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A real HTTP server on this machine. */
export interface Upstream {
  readonly port: number;
  /** The requests that it got. */
  readonly requests: IncomingMessage[];
  stop(): Promise<void>;
}

/** Starts a server that answers everything with that text. */
export async function startServer(text = "upstream", contentType = "text/plain"): Promise<Upstream> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.setHeader("content-type", contentType);
    response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
