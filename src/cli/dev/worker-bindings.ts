import type { DevSettings } from "../../exchange/dev-requests.ts";
import type { HostConnection } from "./dev-options.ts";

/** What the Worker is called, which holds its own Durable Objects. */
export const WORKER = "sortie";

/** What the Worker on this machine is told about its environment. */
export interface WorkerSettings {
  readonly environment: string;
  readonly connections: readonly HostConnection[];
  /** By name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Names of this machine, beside those of `localhost`, that requests may ask for in their Host header. */
  readonly hosts?: readonly string[];
  /** Whether the Worker writes a line about each request. */
  readonly requestLines?: boolean;
}

/** The names of this machine that nobody else can have. */
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/**
 * What the Worker under `sortie dev` is bound to.
 * @param token what those who steer it authorize themselves with
 */
export function workerBindings(
  { environment, connections, secrets, hosts = [], requestLines = false }: WorkerSettings,
  token: string,
) {
  const dev: DevSettings = { hosts: [...LOOPBACK_HOSTS, ...hosts], requests: requestLines };
  const names = connections.flatMap(({ hosts }, index) => hosts.map((host) => [host, `CONNECTION_${index}`]));
  const sockets = connections.flatMap(({ hosts, to }) => {
    const origin = `${"https" in to ? "https" : "http"}://${to.address}`;
    return hosts.map((host) => [host, origin]);
  });
  return {
    CONFIG: { type: "kv" as const, id: "sortie-config" },
    LOADER: { type: "worker-loader" as const },
    USER_AUTHORIZATION: durableObject("UserAuthorization"),
    ONTOLOGY: durableObject("OntologyObjects"),
    WEBHOOK_EXECUTIONS: durableObject("WebhookExecutions"),
    ISSUED_TOKENS: durableObject("IssuedToken"),
    TRAFFIC_COUNTERS: durableObject("TrafficCounter"),
    ENVIRONMENT: { type: "text" as const, value: environment },
    REFRESH_TOKEN: { type: "text" as const, value: token },
    DEV: { type: "text" as const, value: JSON.stringify(dev) },
    CONNECTIONS: { type: "text" as const, value: JSON.stringify(Object.fromEntries(names)) },
    SOCKETS: { type: "text" as const, value: JSON.stringify(Object.fromEntries(sockets)) },
    ...Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [name, { type: "text" as const, value }]),
    ),
    ...Object.fromEntries(
      connections.map(({ to }, index) => [`CONNECTION_${index}`, { type: "external" as const, ...to }]),
    ),
  };
}

const durableObject = (exportName: string) => ({
  type: "durable-object" as const,
  worker: WORKER,
  exportName,
});
