import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { type DeployedActions, notFound } from "../actions/deployed.ts";
import { ActionError } from "../actions/error.ts";
import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { Ontology } from "../ontology/ontology.ts";
import type { Actions } from "../worker/actions.ts";
import { optionIn, parametersIn, readBody, requestsIn } from "./action-request.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import { wholeNumber } from "./whole-number.ts";

/** What the routes need of the gateway. */
export interface ActionRoutesServices extends Pick<FunctionsRoutesServices, "identify" | "dev"> {
  readonly actions: Actions;
}

/** A request about an ontology that there is, by a caller who is known. */
interface Asked {
  readonly c: Context;
  readonly actions: Actions;
  readonly deployed: DeployedActions;
  readonly caller: Caller;
  readonly context: TokenContext;
  /** Of the action in the path. */
  readonly name: string;
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

  /** Answers for an ontology that there is. */
  const answered =
    (answer: (asked: Asked) => Promise<object>) =>
    (c: Context<{ Bindings: E }>): Promise<Response> => {
      const services = servicesOf(c.env);
      return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
        const { actions } = services;
        const deployed = await actions.deployed(context);
        mustBe(deployed.ontology, c.req.param("ontology") ?? "");
        return answer({ c, actions, deployed, caller, context, name: c.req.param("action") ?? "" });
      });
    };

  routes.get(
    "/ontologies/:ontology/actionTypes",
    answered(async ({ c, deployed, caller }) =>
      pageOf([...deployed.shown(caller).values()], c.req.query("pageSize"), c.req.query("pageToken")),
    ),
  );

  routes.get(
    "/ontologies/:ontology/actionTypes/byRid/:rid",
    answered(async ({ c, deployed, caller }) => {
      const rid = c.req.param("rid") ?? "";
      const found = deployed.shown(caller).get(deployed.nameOf(rid) ?? "");
      if (found) return found;
      throw new ActionError("ActionTypeNotFound", `There is no action type ${rid} that you may see.`, {
        rid,
      });
    }),
  );

  routes.get(
    "/ontologies/:ontology/actionTypes/:action",
    answered(async ({ deployed, caller, name }) => {
      const found = deployed.shown(caller).get(name);
      if (found) return found;
      throw notFound(name);
    }),
  );

  routes.post(
    "/ontologies/:ontology/actions/:action/validate",
    answered(async ({ c, actions, caller, context, name }) => {
      const given = parametersIn(await readBody(c.req.raw, context));
      return actions.validate({ name, requests: [given], caller }, context);
    }),
  );

  routes.post(
    "/ontologies/:ontology/actions/:action/apply",
    answered(async ({ c, actions, caller, context, name }) => {
      const body = await readBody(c.req.raw, context);
      const call = { name, requests: [parametersIn(body)], caller };
      const mode = optionIn(body, "mode", ["VALIDATE_AND_EXECUTE", "VALIDATE_ONLY"]);
      const returned = optionIn(body, "returnEdits", ["NONE", "ALL", "ALL_V2_WITH_DELETIONS"]);
      if (mode === "VALIDATE_ONLY") return { validation: await actions.validate(call, context) };
      const { validations, applied } = await actions.apply(call, context);
      const [validation] = validations;
      // The status says only that the answer is one; the client reads the validation.
      return { validation, ...(applied && returned !== "NONE" && { edits: applied }) };
    }),
  );

  routes.post(
    "/ontologies/:ontology/actions/:action/applyBatch",
    answered(async ({ c, actions, caller, context, name }) => {
      const body = await readBody(c.req.raw, context);
      const returned = optionIn(body, "returnEdits", ["NONE", "ALL"]);
      const { applied } = await actions.apply({ name, requests: requestsIn(body), caller }, context);
      if (applied) return returned === "NONE" ? {} : { edits: applied };
      const message = "The parameters of an application are not valid, and nothing was applied.";
      throw new ActionError("ActionValidationFailed", message, { actionType: name, message });
    }),
  );

  return routes;
}

/** Throws {@link ActionError} (OntologyNotFound). */
function mustBe({ apiName, rid }: Ontology, named: string): void {
  if (named === apiName || named === rid) return;
  const shown = named.slice(0, 100);
  const message = `There is no ontology ${shown}. It is ${apiName}, or ${rid}.`;
  throw new ActionError("OntologyNotFound", message, { ontologyRid: shown, message });
}

function pageOf(all: readonly object[], pageSize: string | undefined, pageToken: string | undefined): object {
  const size = wholeNumber("pageSize", pageSize, PAGE_SIZE) ?? PAGE_SIZE;
  const start = wholeNumber("pageToken", pageToken, Number.MAX_SAFE_INTEGER) ?? 0;
  const next = start + size;
  return { data: all.slice(start, next), ...(next < all.length && { nextPageToken: String(next) }) };
}
