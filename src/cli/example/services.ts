import { randomBytes } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import deployments from "../../../policies/environments/local/deployments.json" with { type: "json" };
import targetServers from "../../../policies/environments/local/targetservers.json" with { type: "json" };
import { applicationPlace, CLIENT_SECRET } from "../../credentials/secrets/place.ts";
import { type HostConnection, parseConnection } from "../dev/dev-options.ts";
import type { SecretValues } from "../secret/dev-secrets.ts";
import { serveAudit } from "./audit.ts";
import { serveCarrier } from "./carrier.ts";
import { CarrierAccounts } from "./carrier-accounts.ts";
import { customers, orders, reservations } from "./data.ts";
import { startFraudScore } from "./fraud-score.ts";
import { GoogleIssuer } from "./google-issuer.ts";
import { onlyFor } from "./id-token.ts";
import { serveRecords } from "./records.ts";

/** One running service. */
export interface ExampleService {
  /** The name of the target server that stands for it in the example environment; the carrier is a source instead. */
  readonly name: string;
  /** The port on 127.0.0.1 that it listens on: the target server's own, or a free one when that is taken. */
  readonly port: number;
  /** Where it listens, with a scheme that says what it speaks: `http:`, or `grpc:` for an ExternalCallout. */
  readonly url: string;
  /** Closes the port and every open connection; calling it again does nothing. */
  stop(): Promise<void>;
}

/** The services behind the example environment, and one call that stops them all. */
export interface ExampleServices {
  readonly services: readonly ExampleService[];
  /** The key of the service account of orders-v1, as Google's JSON file, at the example's own issuer. */
  readonly serviceAccountKey: string;
  /** The secrets by which the carrier knows its callers, by source and name. */
  readonly secretsOf: SecretValues;
  /** Leads to the carrier where it could not have its own port. */
  readonly connections: readonly HostConnection[];
  stop(): Promise<void>;
}

/** Where policies/sources/ and policies/outbound-applications/ say that the carrier is. */
const CARRIER_PORT = 9406;
const CARRIER_CLIENT_ID = "sortie-example";

/** The name by which orders-v1 asks for its ID tokens for the inventory. */
const inventoryAudience = "https://inventory.example.com";

/**
 * Starts the services that the example environment calls: orders, inventory, customers and audit over HTTP,
 * fraud-score over gRPC, the carrier with its OAuth server, and an issuer of Google tokens. The inventory answers only the service account of
 * orders-v1.
 * Rejects when a service can listen neither on its own port nor on a free one.
 */
export async function startExampleServices(): Promise<ExampleServices> {
  const account = deployments.proxies.find(({ serviceAccount }) => serviceAccount)?.serviceAccount ?? "";
  const issuer = await GoogleIssuer.start();
  const serviceAccountKey = await issuer.createAccount(account);
  const caller = { issuer: issuer.url, account, audience: inventoryAudience };
  const [apiKey, clientSecret] = [secret(), secret()];
  const accounts = new CarrierAccounts({ id: CARRIER_CLIENT_ID, secret: clientSecret });
  const services = await Promise.all([
    start("orders", serveRecords("orders", orders)),
    start("inventory", onlyFor(caller, serveRecords("reservations", reservations))),
    start("customers", serveRecords("customers", customers)),
    start("audit", serveAudit()),
    startGrpc("fraud-score"),
  ]);
  const carrier = await start("carrier", serveCarrier(apiKey, accounts), CARRIER_PORT);
  return {
    services,
    serviceAccountKey,
    secretsOf: {
      Carrier: { apiKey },
      [applicationPlace("carrier")]: { [CLIENT_SECRET]: clientSecret },
    },
    connections:
      carrier.port === CARRIER_PORT ? [] : [parseConnection(`127.0.0.1:${CARRIER_PORT}=${carrier.url}`)],
    stop: async () => {
      await Promise.all([...services, carrier, issuer].map((service) => service.stop()));
    },
  };
}

function secret(): string {
  return randomBytes(24).toString("base64url");
}

async function start(
  name: string,
  listener: RequestListener,
  ownPort = portOfTargetServer(name),
): Promise<ExampleService> {
  const server = createServer(listener);
  const port = await onOwnOrFreePort(ownPort, (wanted) => listen(server, wanted));
  return { name, port, url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}

async function startGrpc(name: string): Promise<ExampleService> {
  const { port, stop } = await onOwnOrFreePort(portOfTargetServer(name), startFraudScore);
  return { name, port, url: `grpc://127.0.0.1:${port}`, stop };
}

function portOfTargetServer(name: string): number {
  return targetServers.find((target) => target.name === name)?.port ?? 0;
}

async function onOwnOrFreePort<T>(ownPort: number, listenOn: (port: number) => Promise<T>): Promise<T> {
  return listenOn(ownPort).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") return listenOn(0);
    throw error;
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
