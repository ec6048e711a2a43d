import { addressOf } from "./exchange/address.ts";
import { refuse } from "./exchange/refusal.ts";
import { Fault } from "./flow/fault.ts";
import { Late } from "./text/late.ts";
import { FunctionEgress, FunctionSession } from "./worker/function-entrypoints.ts";
import { servedBy } from "./worker/gateways.ts";
import { IssuedToken } from "./worker/issued-token.ts";
import type { Served } from "./worker/make-gateway.ts";
import { OntologyObjects } from "./worker/ontology-objects.ts";
import { TrafficCounter } from "./worker/traffic-counter.ts";
import { UserAuthorization } from "./worker/user-authorization.ts";
import { WebhookExecutions } from "./worker/webhook-executions.ts";
import type { WorkerEnv } from "./worker/worker-env.ts";

/** Paths of the gateway itself; everything else is the proxies', without a router in between. */
const OWN_PATHS = "/_sortie/";

const ownRoutes = new Late(() => import("./routes/own.ts"));

export {
  FunctionEgress,
  FunctionSession,
  IssuedToken,
  OntologyObjects,
  TrafficCounter,
  UserAuthorization,
  WebhookExecutions,
};

function serve(
  request: Request,
  served: Served,
  env: WorkerEnv,
  ctx: ExecutionContext,
): Response | Promise<Response> {
  const address = addressOf(request);
  if (address instanceof Fault) return served.dev?.refuse(address, request) ?? refuse(address, request);
  if (!address.pathname.startsWith(OWN_PATHS)) return served.gateway.handle(request, address, ctx);
  return ownRoutes.use(({ serveOwn }) => serveOwn(request, address, env, ctx));
}

export default {
  fetch(request, env, ctx) {
    const served = servedBy(env);
    const { dev } = served;
    if (dev === null) return serve(request, served, env, ctx);
    return dev.serve(request, () => serve(request, served, env, ctx));
  },
  /** CONNECT: the platform has accepted it before it asks, and there is nothing behind it. */
  async connect(socket) {
    await socket.close();
  },
} satisfies ExportedHandler<WorkerEnv>;
