import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from "node:net";
import { credentials } from "@grpc/grpc-js";
import { type Address, authorityOf } from "./address.ts";
import { NativeServer } from "./native-server.ts";
import { serveCalls } from "./serve.ts";

/** A certificate with its key, as PEM. */
export interface Identity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface BridgeOptions {
  readonly listen: Address;
  readonly to: Address;
  /** Shown to clients; needed when `listen` says TLS. */
  readonly identity: Identity | null;
  /** Shown to the server; null without. */
  readonly clientIdentity: Identity | null;
  /** Certificate authorities of the server, as PEM; null are the public ones. */
  readonly authorities: Buffer | null;
  /** In either direction. */
  readonly maxMessageBytes: number;
}

export interface Bridge {
  /** Scheme, host and port. */
  readonly url: string;
  stop(): Promise<void>;
}

/** How long a new connection may stay silent, in milliseconds. */
const SILENCE_MS = 60_000;

/** Puts gRPC-Web and Connect, over HTTP/1.1 and HTTP/2, in front of a native gRPC server. Rejects when it cannot listen. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { listen, to, authorities, clientIdentity, maxMessageBytes } = options;
  const channel = to.tls
    ? credentials.createSsl(authorities, clientIdentity?.key, clientIdentity?.cert)
    : credentials.createInsecure();
  const native = new NativeServer(authorityOf(to), channel, maxMessageBytes);
  const serve = serveCalls(native, maxMessageBytes);
  const server: Server = listen.tls
    ? createSecureServer({ ...options.identity, allowHTTP1: true }, serve)
    : eitherHttp(serve);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${listen.tls ? "https" : "http"}://${authorityOf({ ...listen, port })}`,
    async stop() {
      native.close();
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Without TLS nothing tells the HTTP versions apart but the first bytes: HTTP/2 begins with `PRI`. */
function eitherHttp(serve: ReturnType<typeof serveCalls>): Server {
  const http = createHttpServer(serve);
  const http2 = createHttp2Server(serve);
  return createSocketServer((socket) => {
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.once("data", (start: Buffer) => {
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(start);
      (start.toString("latin1", 0, 3) === "PRI" ? http2 : http).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
}
