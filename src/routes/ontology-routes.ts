import { Hono } from "hono/tiny";
import type { Ontologies } from "../worker/ontologies.ts";
import { answerOntology } from "../worker/ontology-api.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import { readJson } from "./read-parameters.ts";

/** What the routes need of the gateway. */
export interface OntologyRoutesServices extends Pick<FunctionsRoutesServices, "identify" | "dev"> {
  readonly ontologies: Ontologies;
}

/**
 * `/api/v2/…`, for whatever other routes have left: what can be read of the ontology, and that the rest of Foundry's
 * API is not there.
 */
export function ontologyRoutes<E extends object>(
  servicesOf: (env: E) => OntologyRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.all("/*", (c) => {
    const { raw, method, url } = c.req;
    const services = servicesOf(c.env);
    return answerTo(raw, services, c.executionCtx, async (caller, context) => {
      const ontology = await services.ontologies.of(caller, context);
      return answerOntology(ontology, { method, url: new URL(url), readBody: () => readJson(raw, context) });
    });
  });
  return routes;
}
