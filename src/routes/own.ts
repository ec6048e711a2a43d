import type { Address } from "../exchange/address.ts";
import { servedBy } from "../worker/gateways.ts";
import type { WorkerEnv } from "../worker/worker-env.ts";
import { executeRoute } from "./functions-routes.ts";

/** Answers a request for the gateway itself. */
export function serveOwn(
  request: Request,
  address: Address,
  env: WorkerEnv,
  ctx: ExecutionContext,
): Promise<Response> {
  return servedBy(env).services.use(
    (services) => executeRoute(request, address, services, ctx) ?? answerByRoute(request, env, ctx),
  );
}

async function answerByRoute(request: Request, env: WorkerEnv, ctx: ExecutionContext): Promise<Response> {
  const { app } = await import("./app.ts");
  return app.fetch(request, env, ctx);
}
