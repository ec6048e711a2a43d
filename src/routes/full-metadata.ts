import { Hono } from "hono/tiny";
import { answerOntology } from "../worker/ontology-api.ts";
import { queryTypes } from "../worker/queries.ts";
import type { ActionRoutesServices } from "./action-routes.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import type { OntologyRoutesServices } from "./ontology-routes.ts";

type Services = ActionRoutesServices & OntologyRoutesServices & FunctionsRoutesServices;

/**
 * `/ontologies/{ontology}/fullMetadata`: all that the caller may see of an ontology, its action types and queries too.
 * Foundry: "Get Ontology Full Metadata".
 */
export function fullMetadata<E extends object>(servicesOf: (env: E) => Services): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.get("/ontologies/:ontology/fullMetadata", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const ontology = await services.ontologies.of(caller, context);
      const { method, url } = c.req;
      const metadata = await answerOntology(ontology, { method, url: new URL(url), readBody: () => null });
      const actions = (await services.actions.deployed(context)).shown(caller);
      const { data } = await queryTypes(services.functions, caller, context);
      return {
        ...(metadata as object),
        actionTypes: Object.fromEntries(actions),
        queryTypes: Object.fromEntries(data.map((query) => [`${query.apiName}:${query.version}`, query])),
      };
    });
  });
  return routes;
}
