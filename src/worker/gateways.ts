import { makeGateway, type Served } from "./make-gateway.ts";
import type { Services } from "./services.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** What each isolate of the Worker serves; it holds the deployed state in memory. */
const known = new WeakMap<WorkerEnv["CONFIG"], Served>();

/** The same for everything that the Worker exports. */
export function servedBy(env: WorkerEnv): Served {
  const served = known.get(env.CONFIG);
  if (served) return served;
  const made = makeGateway(env);
  known.set(env.CONFIG, made);
  return made;
}

/** What serves besides proxies, where it has been loaded. */
export function servicesOf(env: WorkerEnv): Services {
  return servedBy(env).services.get();
}
