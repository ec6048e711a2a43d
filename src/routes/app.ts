import type { MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import { nothingDeployed } from "../environment/environment.ts";
import { OWN_HEADERS, RETRY_AFTER_S, refuse } from "../exchange/refusal.ts";
import { actionsOf } from "../worker/actions.ts";
import { servedBy, servicesOf } from "../worker/gateways.ts";
import type { WorkerEnv } from "../worker/worker-env.ts";
import { actionPageRoutes } from "./action-page-routes.ts";
import { actionRoutes } from "./action-routes.ts";
import { fullMetadata } from "./full-metadata.ts";
import { homeRoutes } from "./home-routes.ts";
import { oauthRoutes } from "./oauth-routes.ts";
import { editRoutes, ontologyRoutes } from "./ontology-routes.ts";
import { queryRoutes } from "./query-routes.ts";
import { webhookHistory } from "./webhook-history.ts";

/** Answers below `/_sortie/`. Loaded by the first request for them: a gateway that only serves proxies never needs it. */
export const app = new Hono<{ Bindings: WorkerEnv }>();

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
  c.json(await servicesOf(c.env).loadFailures(Number(c.req.param("generation")))),
);

app.use("/_sortie/oauth/*", async (c, next) => {
  const { gateway, environment } = servedBy(c.env);
  const { status } = await gateway.health(c.executionCtx);
  return status === "ok" ? next() : refuse(nothingDeployed(environment.whyNothing), c.req.raw);
});

/** What serves an environment, with its actions, which other requests need not load. */
const withActions = (env: WorkerEnv) => {
  const services = servicesOf(env);
  return { ...services, actions: actionsOf(services) };
};

app.route("/_sortie/actions", actionPageRoutes<WorkerEnv>(withActions));
app.route("/_sortie/oauth", oauthRoutes<WorkerEnv>(servicesOf));
app.route("/_sortie/webhooks", webhookHistory<WorkerEnv>(servicesOf));
app.route("/_sortie/api/v2", queryRoutes<WorkerEnv>(servicesOf));
app.route("/_sortie/api/v2", fullMetadata<WorkerEnv>(withActions));
app.route("/_sortie/api/v2", actionRoutes<WorkerEnv>(withActions));
// After all other routes of the API.
app.route("/_sortie/api/v2", ontologyRoutes<WorkerEnv>(servicesOf));
app.route("/_sortie/ontology", editRoutes<WorkerEnv>(servicesOf));
app.route("/_sortie/", homeRoutes<WorkerEnv>(servicesOf));
