import type { MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import { nothingDeployed } from "./environment/environment.ts";
import { addressOf } from "./exchange/address.ts";
import { OWN_HEADERS, RETRY_AFTER_S, refuse } from "./exchange/refusal.ts";
import { Fault } from "./flow/fault.ts";
import { executeRoute } from "./routes/functions-routes.ts";
import { homeRoutes } from "./routes/home-routes.ts";
import { oauthRoutes } from "./routes/oauth-routes.ts";
import { queryRoutes } from "./routes/query-routes.ts";
import { webhookHistory } from "./routes/webhook-history.ts";
import { FunctionEgress, FunctionSession } from "./worker/function-entrypoints.ts";
import { servedBy } from "./worker/gateways.ts";
import type { Served } from "./worker/make-gateway.ts";
import { UserAuthorization } from "./worker/user-authorization.ts";
import { WebhookExecutions } from "./worker/webhook-executions.ts";
import type { WorkerEnv } from "./worker/worker-env.ts";

const app = new Hono<{ Bindings: WorkerEnv }>();

app.use(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(OWN_HEADERS)) c.header(name, value);
});

app.get("/_sortie/health", async (c) => {
  const health = await servedBy(c.env).gateway.health(c.executionCtx);
  if (health.status === "ok") return c.json(health);
  return c.json(health, 503, { "retry-after": String(RETRY_AFTER_S) });
});

/** A deployed Worker has no token, so it refuses everybody. */
const onlyOnThisMachine: MiddlewareHandler<{ Bindings: WorkerEnv }> = async (c, next) => {
  const token = c.env.REFRESH_TOKEN;
  if (!token || c.req.header("authorization") !== `Bearer ${token}`) return c.notFound();
  return next();
};

app.post("/_sortie/refresh", onlyOnThisMachine, async (c) => {
  await servedBy(c.env).gateway.refresh();
  // Whoever asks learns that everything before it in the log is there.
  console.log(JSON.stringify({ level: "debug", event: "refreshed" }));
  return c.body(null, 204);
});

app.post("/_sortie/generations/:generation{\\d+}/load", onlyOnThisMachine, async (c) =>
  c.json(await servedBy(c.env).loadFailures(Number(c.req.param("generation")))),
);

app.use("/_sortie/oauth/*", async (c, next) => {
  const { status } = await servedBy(c.env).gateway.health(c.executionCtx);
  return status === "ok" ? next() : refuse(nothingDeployed(), c.req.raw);
});

app.route("/_sortie/oauth", oauthRoutes<WorkerEnv>(servedBy));
app.route("/_sortie/webhooks", webhookHistory<WorkerEnv>(servedBy));
app.route("/_sortie/api/v2", queryRoutes<WorkerEnv>(servedBy));
app.route("/_sortie/", homeRoutes<WorkerEnv>(servedBy));

/** Paths of the gateway itself; everything else is the proxies', without a router in between. */
const OWN_PATHS = "/_sortie/";

export { FunctionEgress, FunctionSession, UserAuthorization, WebhookExecutions };

function serve(
  request: Request,
  served: Served,
  env: WorkerEnv,
  ctx: ExecutionContext,
): Response | Promise<Response> {
  const address = addressOf(request);
  if (address instanceof Fault) return served.dev?.refuse(address, request) ?? refuse(address, request);
  if (!address.pathname.startsWith(OWN_PATHS)) return served.gateway.handle(request, address, ctx);
  return executeRoute(request, address, served, ctx) ?? app.fetch(request, env, ctx);
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
