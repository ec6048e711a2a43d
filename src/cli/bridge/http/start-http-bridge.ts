import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { LONGEST_CALL } from "../../../egress/bridge/protocol.ts";
import { authorityOf } from "../address.ts";
import type { Bridge } from "../start-bridge.ts";
import { Admission } from "./admission.ts";
import { connectionsTo } from "./destination.ts";
import type { BridgeSettings } from "./read-file.ts";
import { serveHttp } from "./serve.ts";

/** How long a handshake, and the headers of a request, may take. Milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;

/** How long a connection without a call is kept. Milliseconds. */
const KEPT_MS = 120_000;

/** So that a silent destination is told from a silent gateway. Milliseconds. */
const LATER_MS = 5000;

/** How long calls that are under way may go on when the bridge stops. Milliseconds. */
const LAST_CALLS_MS = 10_000;

/** Starts a bridge for HTTP. Rejects when it cannot listen. */
export async function startHttpBridge(
  settings: BridgeSettings,
  log: (line: Record<string, unknown>) => void,
): Promise<Bridge> {
  const { listen, identity, addresses, keys, limits } = settings;
  const pool = { core: limits.coreConnections, max: limits.maxConnections };
  const destinations = new Map(settings.destinations.map((each) => [each.origin, connectionsTo(each, pool)]));
  const serve = serveHttp({
    admission: new Admission(addresses, keys),
    destinations,
    limits: {
      callsAtOnce: limits.maxConnections,
      bodyBytes: limits.bodyBytes,
      idleMs: limits.idleSeconds * 1000,
    },
    log,
  });
  const options = {
    maxHeaderSize: LONGEST_CALL + 16 * 1024,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Long uploads are held to the silence in them instead.
    requestTimeout: 0,
    connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 2,
    // Longer than gateways keep theirs: a call on a connection that is just being closed is lost.
    keepAliveTimeout: KEPT_MS,
    insecureHTTPParser: false,
  };
  const server: Server = identity
    ? createSecureServer(
        { ...options, ...identity, minVersion: "TLSv1.2", handshakeTimeout: HEADERS_TIMEOUT_MS },
        serve,
      )
    : createServer(options, serve);
  let isStopping = false;
  server.on("request", (_request, response: ServerResponse) => {
    // When its last call is over, a connection is idle a moment later.
    response.once("close", () => isStopping && setImmediate(() => server.closeIdleConnections()));
  });
  // Gateways keep connections open; whoever else connects must not take all there are.
  server.maxConnections = 4 * limits.maxConnections;
  server.setTimeout(limits.idleSeconds * 1000 + LATER_MS);
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${identity ? "https" : "http"}://${authorityOf({ ...listen, port })}`,
    async stop() {
      const closed = once(server, "close");
      isStopping = true;
      server.close();
      const late = setTimeout(() => server.closeAllConnections(), LAST_CALLS_MS);
      await closed;
      clearTimeout(late);
      for (const connections of destinations.values()) connections.close();
    },
  };
}
