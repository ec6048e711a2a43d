import type { Connection } from "../egress/call.ts";
import { portOf } from "../egress/egress-policy.ts";
import { deliver } from "../egress/socket.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The bindings that serve certain hosts, by `host:port`. Throws when one is none. */
export function readConnections(env: WorkerEnv): ReadonlyMap<string, Connection> {
  const names: Record<string, string> = JSON.parse(env.CONNECTIONS ?? "{}");
  const sockets: Record<string, string> = JSON.parse(env.SOCKETS ?? "{}");
  return new Map(
    Object.entries(names).map(([host, name]) => {
      const binding = bindingOf(env, name);
      if (!binding) throw new Error(`CONNECTIONS names ${name}, which is no service binding`);
      const origin = sockets[host];
      return [host, origin === undefined ? binding : withSockets(binding, new URL(origin))];
    }),
  );
}

/** The same, with sockets to an address of their own: a service binding carries HTTP only. */
function withSockets(binding: Connection, { protocol, hostname: host, port }: URL): Connection {
  const isSecure = protocol === "https:";
  const place = { host, port: portOf(protocol, port), isSecure };
  return {
    fetch: (url, init) => binding.fetch(url, init),
    deliver: (delivery, limit) => deliver({ ...delivery, ...place }, limit),
  };
}

/** A binding of the Worker that can fetch; undefined when there is none of that name. */
export function bindingOf(env: WorkerEnv, name: string): Connection | undefined {
  const binding: unknown = { ...env }[name];
  return isConnection(binding) ? binding : undefined;
}

function isConnection(binding: unknown): binding is Connection {
  return typeof binding === "object" && binding !== null && "fetch" in binding;
}
