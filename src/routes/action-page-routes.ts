import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import { Hono } from "hono/tiny";
import type { CompiledAction } from "../actions/compiled-action.ts";
import type { Validation } from "../actions/validation.ts";
import type { ActionParameter } from "../ontology/action-type-schema.ts";
import { ApiError } from "../text/api-error.ts";
import type { Actions } from "../worker/actions.ts";
import { contextOf } from "../worker/functions.ts";
import { type Choice, problemsOf } from "./action-controls.ts";
import { fieldName, parametersOf } from "./action-form.ts";
import { ACTIONS_PATH, actionBody, actionsBody, type Outcome, pathOfAction, script } from "./action-pages.ts";
import { page } from "./page.ts";
import { pagesElsewhere, type User, type UserPagesServices, userOf } from "./page-user.ts";

/** What the pages need of the gateway. */
export interface ActionPagesServices extends UserPagesServices {
  readonly actions: Actions;
}

/** What people type. Bytes. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** What was filled in comes back after the consent, unless it is longer. Characters. */
const LONGEST_RETURN = 1_500;

type Variables = { user: User; services: ActionPagesServices };
type Page<E extends object> = Context<{ Bindings: E; Variables: Variables }>;

/** The pages below `/_sortie/actions` where users apply actions. */
export function actionPageRoutes<E extends object>(
  servicesOf: (env: E) => ActionPagesServices,
): Hono<{ Bindings: E; Variables: Variables }> {
  const routes = new Hono<{ Bindings: E; Variables: Variables }>();
  routes.get("/page.js", () => {
    const headers = {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=3600",
    };
    return new Response(script, { headers });
  });

  routes.use("*", bodyLimit({ maxSize: BODY_LIMIT_BYTES }));
  routes.use("*", async (c, next) => {
    const services = servicesOf(c.env);
    const elsewhere = await pagesElsewhere(c, services, ACTIONS_PATH);
    if (elsewhere !== null) return elsewhere;
    const user = await userOf(c, services, "These pages are for people.");
    if (user instanceof Response) return user;
    c.set("services", services);
    c.set("user", user);
    return next();
  });

  routes.get("/", (c) =>
    orRefusal(c, async () => {
      const { user, services } = c.var;
      const shown = (await services.actions.deployed(contextOf(c.executionCtx))).listed(user);
      return page(c, { title: "Actions", body: actionsBody(user.name, shown) });
    }),
  );

  routes.get("/:name", (c) =>
    orRefusal(c, async () => {
      const form = new URL(c.req.url).searchParams;
      return actionPage(c, await found(c), form, { kind: "new" });
    }),
  );

  routes.post("/:name", (c) =>
    orRefusal(c, async () => {
      const action = await found(c);
      const form = new URLSearchParams(await c.req.text());
      return actionPage(c, action, form, await outcomeOf(c, action, form));
    }),
  );

  return routes;
}

async function found<E extends object>(c: Page<E>): Promise<CompiledAction> {
  const { user, services } = c.var;
  const deployed = await services.actions.deployed(contextOf(c.executionCtx));
  return deployed.applicable(c.req.param("name") ?? "", user);
}

async function outcomeOf<E extends object>(
  c: Page<E>,
  { name, definition }: CompiledAction,
  form: URLSearchParams,
): Promise<Outcome> {
  const { user, services } = c.var;
  const context = contextOf(c.executionCtx);
  const { ontology } = await services.actions.deployed(context);
  const call = { name, requests: [parametersOf(definition, form, ontology)], caller: user };
  try {
    if (form.get("mode") !== "apply") {
      return { kind: "validated", validation: await services.actions.validate(call, context) };
    }
    const { validations, applied } = await services.actions.apply(call, context);
    if (applied) return { kind: "applied", edits: applied.edits };
    return { kind: "validated", validation: validations[0] as Validation };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { message, parameters, errorInstanceId: instance } = error;
    if (typeof parameters.authorizeUrl !== "string") return { kind: "failed", message, instance };
    const url = new URL(parameters.authorizeUrl, c.req.url);
    url.searchParams.set("return_to", returnTo(name, form));
    return { kind: "consent", url: url.href, message };
  }
}

/** This page, filled in as it is. */
function returnTo(name: string, form: URLSearchParams): string {
  const filled = new URLSearchParams([...form].filter(([field]) => field !== "mode")).toString();
  const path = pathOfAction(name);
  return filled === "" || filled.length > LONGEST_RETURN ? path : `${path}?${filled}`;
}

async function actionPage<E extends object>(
  c: Page<E>,
  { name, definition }: CompiledAction,
  form: URLSearchParams,
  outcome: Outcome,
): Promise<Response> {
  const { parameters, displayName = name } = definition;
  const problems = new Map(
    outcome.kind === "validated"
      ? Object.entries(outcome.validation.parameters).map(([id, evaluation]) => {
          const isThere = [...form.keys()].some(
            (field) => field === fieldName(id) || field.startsWith(`${fieldName(id)}.`),
          );
          return [id, problemsOf(evaluation, isThere && !isEmpty(form, id))] as const;
        })
      : [],
  );
  const choices = await choicesFor(c, Object.values(parameters));
  const body = actionBody(name, definition, { form, choices, problems }, outcome);
  const head = html`<script src="${ACTIONS_PATH}/page.js" defer></script>`;
  return page(c, { title: displayName, body, head, hasScript: true });
}

function isEmpty(form: URLSearchParams, id: string): boolean {
  const own = [...form].filter(([field]) => field === fieldName(id) || field.startsWith(`${fieldName(id)}.`));
  return own.every(([, value]) => value === "");
}

/** Some objects that the user may read, of each type that a parameter names. */
async function choicesFor<E extends object>(
  c: Page<E>,
  parameters: readonly ActionParameter[],
): Promise<Map<string, readonly Choice[]>> {
  const { user, services } = c.var;
  const types = new Set(
    parameters.flatMap((parameter) => (parameter.type === "object" ? [parameter.objectType] : [])),
  );
  const context = contextOf(c.executionCtx);
  return new Map(
    await Promise.all(
      [...types].map(async (type) => [type, await services.actions.choices(type, user, context)] as const),
    ),
  );
}

/** A page in place of what the user may not see, or what is not there. */
async function orRefusal<E extends object>(c: Page<E>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const status = ([403, 404, 503] as const).find((each) => each === error.status) ?? 400;
    return page(c, { title: "Not possible", body: html`<p role="alert">${error.message}</p>` }, status);
  }
}
