import type { Connection } from "../egress/call.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The bindings that serve certain hosts, by `host:port`. Throws when one is none. */
export function readConnections(env: WorkerEnv): ReadonlyMap<string, Connection> {
  const names: Record<string, string> = JSON.parse(env.CONNECTIONS ?? "{}");
  return new Map(
    Object.entries(names).map(([host, name]) => {
      const binding = bindingOf(env, name);
      if (!binding) throw new Error(`CONNECTIONS names ${name}, which is no service binding`);
      return [host, binding];
    }),
  );
}

/** A binding of the Worker that can fetch; undefined when there is none of that name. */
export function bindingOf(env: WorkerEnv, name: string): Connection | undefined {
  const binding: unknown = { ...env }[name];
  return isConnection(binding) ? binding : undefined;
}

function isConnection(binding: unknown): binding is Connection {
  return typeof binding === "object" && binding !== null && "fetch" in binding;
}
