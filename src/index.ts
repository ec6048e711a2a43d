import { Hono } from "hono";
import type { Gateway } from "./gateway/gateway.ts";
import { makeGateway } from "./gateway/make-gateway.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** One gateway for each isolate; it holds the deployed state in memory. */
const gateways = new WeakMap<WorkerEnv["CONFIG"], Gateway>();

function gatewayOf(env: WorkerEnv): Gateway {
  const known = gateways.get(env.CONFIG);
  if (known) return known;
  const gateway = makeGateway(env);
  gateways.set(env.CONFIG, gateway);
  return gateway;
}

const app = new Hono<{ Bindings: WorkerEnv }>();

app.get("/_sortie/health", async (c) => {
  const health = await gatewayOf(c.env).health(c.executionCtx);
  return c.json(health, health.status === "ok" ? 200 : 503);
});

app.post("/_sortie/refresh", async (c) => {
  const token = c.env.REFRESH_TOKEN;
  if (!token || c.req.header("authorization") !== `Bearer ${token}`) return c.notFound();
  await gatewayOf(c.env).refresh();
  return c.body(null, 204);
});

/** Paths of the gateway itself; everything else is the proxies', without a router in between. */
const OWN_PATHS = "/_sortie/";

export default {
  fetch(request, env, ctx) {
    const url = new URL(request.url);
    return url.pathname.startsWith(OWN_PATHS)
      ? app.fetch(request, env, ctx)
      : gatewayOf(env).handle(request, url, ctx);
  },
} satisfies ExportedHandler<WorkerEnv>;
