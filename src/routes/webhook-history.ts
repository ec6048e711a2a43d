import { Hono } from "hono/tiny";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import { wholeNumber } from "./whole-number.ts";

/** How many executions a page has, when nothing else is asked for, and at most. */
const USUAL_SIZE = 20;
const MOST = 50;

/**
 * `GET /_sortie/webhooks/NAME/history?pageSize=20&pageToken=…`: what is kept of a webhook's executions, latest first,
 * for whoever executed them.
 */
export function webhookHistory<E extends object>(
  servicesOf: (env: E) => FunctionsRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.get("/:name/history", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const page = {
        size: wholeNumber("pageSize", c.req.query("pageSize"), MOST) ?? USUAL_SIZE,
        before: wholeNumber("pageToken", c.req.query("pageToken"), Number.MAX_SAFE_INTEGER),
      };
      const { entries, next } = await services.webhooks.history(c.req.param("name"), caller, page, context);
      return { data: entries, ...(next !== null && { nextPageToken: String(next) }) };
    });
  });
  return routes;
}
