/** HTTP as it stands on the wire, on both sides of a gateway. Texts are bytes as Latin-1. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A service that keeps the requests that it gets, to the byte, and answers each with 200 `ok`. */
export interface RawServer {
  readonly url: string;
  /** Oldest first. */
  readonly requests: string[];
  stop(): Promise<void>;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/** @param answer what it answers, to the byte */
export async function startRawServer(answer = OK): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let got = "";
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      got += bytes.toString("latin1");
      if (!isWhole(got)) return;
      requests.push(got);
      socket.end(answer, "latin1");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends bytes to a server and resolves with what it answers until it closes the connection. */
export async function sendRaw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  socket.write(request, "latin1");
  await once(socket, "close");
  return answer;
}

/** The text of a request, with a Host, and closing the connection after its answer. */
export function rawRequest(start: string, headers: readonly string[] = [], body = ""): string {
  const lines = [`${start} HTTP/1.1`, "Connection: close", ...headers];
  if (!headers.some((line) => /^host:/i.test(line))) lines.splice(1, 0, "Host: gateway.test");
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A body with its length, and the same in chunks. */
export const framed = {
  length: (body: string) => ({ headers: [`Content-Length: ${body.length}`], body }),
  chunks: (body: string) => ({
    headers: ["Transfer-Encoding: chunked"],
    body: `${body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`,
  }),
};

/** What a request or an answer consists of. Header names are in lower case. */
export function partsOf(message: string): {
  readonly start: string;
  readonly headers: readonly string[];
  readonly body: string;
} {
  const [head = "", ...rest] = message.split("\r\n\r\n");
  const [start = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
  const body = rest.join("\r\n\r\n");
  return { start, headers, body: headers.includes("transfer-encoding: chunked") ? unchunked(body) : body };
}

function unchunked(body: string): string {
  const [, size = "0"] = /^([0-9a-f]+)\r\n/i.exec(body) ?? [];
  const length = Number.parseInt(size, 16);
  const start = size.length + 2;
  return length === 0 ? "" : body.slice(start, start + length) + unchunked(body.slice(start + length + 2));
}

function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = request.slice(0, end);
  if (/^transfer-encoding: *chunked/im.test(head)) return request.endsWith("0\r\n\r\n");
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return request.length >= end + 4 + length;
}
