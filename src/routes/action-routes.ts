import { Hono } from "hono/tiny";
import { notFound } from "../actions/deployed.ts";
import { ActionError } from "../actions/error.ts";
import type { Actions } from "../worker/actions.ts";
import { optionIn, parametersIn, readBody, requestsIn } from "./action-request.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";

/** What the routes need of the gateway. */
export interface ActionRoutesServices extends Pick<FunctionsRoutesServices, "identify" | "dev"> {
  readonly actions: Actions;
}

/** How many action types one page lists at most. */
const PAGE_SIZE = 1_000;

/**
 * `/ontologies/{ontology}/actionTypes` and `…/actions/{action}/apply` and their like. Foundry: "Action type",
 * "Apply Action", "Apply Action Batch".
 */
export function actionRoutes<E extends object>(
  servicesOf: (env: E) => ActionRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();

  routes.get("/ontologies/:ontology/actionTypes", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const shown = [...(await services.actions.deployed(context)).shown(caller).values()];
      return pageOf(shown, c.req.query("pageSize"), c.req.query("pageToken"));
    });
  });

  routes.get("/ontologies/:ontology/actionTypes/byRid/:rid", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const deployed = await services.actions.deployed(context);
      const rid = c.req.param("rid");
      const found = deployed.shown(caller).get(deployed.nameOf(rid) ?? "");
      if (found) return found;
      throw new ActionError("ActionTypeNotFound", `There is no action type ${rid}.`, { rid });
    });
  });

  routes.get("/ontologies/:ontology/actionTypes/:action", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const name = c.req.param("action");
      const found = (await services.actions.deployed(context)).shown(caller).get(name);
      if (found) return found;
      throw notFound(name);
    });
  });

  routes.post("/ontologies/:ontology/actions/:action/validate", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const given = parametersIn(await readBody(c.req.raw, context));
      return services.actions.validate({ name: c.req.param("action"), requests: [given], caller }, context);
    });
  });

  routes.post("/ontologies/:ontology/actions/:action/apply", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const body = await readBody(c.req.raw, context);
      const call = { name: c.req.param("action"), requests: [parametersIn(body)], caller };
      const mode = optionIn(body, "mode", ["VALIDATE_AND_EXECUTE", "VALIDATE_ONLY"]);
      const returned = optionIn(body, "returnEdits", ["NONE", "ALL", "ALL_V2_WITH_DELETIONS"]);
      if (mode === "VALIDATE_ONLY") return { validation: await services.actions.validate(call, context) };
      const { validations, applied } = await services.actions.apply(call, context);
      const [validation] = validations;
      // The status says only that the answer is one; the client reads the validation.
      return { validation, ...(applied && returned !== "NONE" && { edits: applied }) };
    });
  });

  routes.post("/ontologies/:ontology/actions/:action/applyBatch", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
      const body = await readBody(c.req.raw, context);
      const returned = optionIn(body, "returnEdits", ["NONE", "ALL"]);
      const name = c.req.param("action");
      const { applied } = await services.actions.apply({ name, requests: requestsIn(body), caller }, context);
      if (applied) return returned === "NONE" ? {} : { edits: applied };
      const message = "The parameters of an application are not valid, and nothing was applied.";
      throw new ActionError("ActionValidationFailed", message, { actionType: name, message });
    });
  });

  return routes;
}

function pageOf(all: readonly object[], pageSize: string | undefined, pageToken: string | undefined): object {
  const size = Math.min(Math.max(1, Number(pageSize ?? PAGE_SIZE) || PAGE_SIZE), PAGE_SIZE);
  const start = Math.max(0, Number(pageToken ?? 0) || 0);
  const next = start + size;
  return { data: all.slice(start, next), ...(next < all.length && { nextPageToken: String(next) }) };
}
