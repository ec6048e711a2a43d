import type { HonoRequest } from "hono";
import { Hono } from "hono/tiny";
import { executeQuery, type NamedQuery, queryType, queryTypes } from "../worker/queries.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import { readParameters } from "./read-parameters.ts";

/**
 * `/api/v2/ontologies/{ontology}/queryTypes` and `…/queries/{query}/execute`, and the same below
 * `/api/v2/functions/queries`. Foundry: "Ontology query".
 */
export function queryRoutes<E extends object>(
  servicesOf: (env: E) => FunctionsRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();

  routes.get("/ontologies/:ontology/queryTypes", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) =>
      queryTypes(services.functions, caller, context),
    );
  });

  for (const path of ["/ontologies/:ontology/queryTypes/:query", "/functions/queries/:query"]) {
    routes.get(path, (c) => {
      const services = servicesOf(c.env);
      return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) =>
        queryType(services.functions, namedBy(c.req), caller, context),
      );
    });
  }

  for (const path of ["/ontologies/:ontology/queries/:query/execute", "/functions/queries/:query/execute"]) {
    routes.post(path, (c) => {
      const services = servicesOf(c.env);
      return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
        const parameters = await readParameters(c.req.raw, context);
        return executeQuery(services.functions, { ...namedBy(c.req), parameters, caller }, context);
      });
    });
  }
  return routes;
}

function namedBy(request: HonoRequest): NamedQuery {
  return { name: request.param("query") ?? "", version: request.query("version") };
}
