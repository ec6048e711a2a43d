import { Hono } from "hono/tiny";
import * as v from "valibot";
import { editSchema } from "../ontology/edit.ts";
import { OntologyError } from "../ontology/error.ts";
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

const editsSchema = v.object({ edits: v.array(editSchema) });

/**
 * `POST /edits`: applies edits of who may edit their types, all or none. It is how objects get in that no action makes:
 * Foundry has pipelines for that.
 */
export function editRoutes<E extends object>(
  servicesOf: (env: E) => OntologyRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.post("/edits", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const ontology = await services.ontologies.of(caller, context);
      const parsed = v.safeParse(editsSchema, await readJson(c.req.raw, context));
      if (parsed.success) return ontology.apply(parsed.output.edits, null);
      const [issue] = parsed.issues;
      throw new OntologyError("InvalidArgument", `${v.getDotPath(issue) ?? "The body"}: ${issue.message}.`);
    });
  });
  return routes;
}
