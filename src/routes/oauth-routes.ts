import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import { Hono } from "hono/tiny";
import type { Caller } from "../credentials/caller.ts";
import type { OutboundApplication } from "../credentials/oauth/application.ts";
import type { Consents } from "../worker/consents.ts";
import { consentsBody, forwardBody, promptBody } from "./oauth-pages.ts";
import { page, styleSheet } from "./page.ts";
import { pagesElsewhere, seeOther, type User, userOf } from "./page-user.ts";
import { CONSENTS_PATH, returnPath } from "./return-path.ts";

/** What the routes need of the gateway. */
export interface OAuthRoutesServices {
  /** Rejects with `CallerError`. */
  identify(request: Request): Promise<Caller>;
  readonly consents: Consents;
}

/** Forms of these pages are short. Bytes. */
const BODY_LIMIT_BYTES = 16 * 1024;

type Variables = { user: User; services: OAuthRoutesServices };

/**
 * The pages below `/_sortie/oauth` where users give, see and withdraw their consent to outbound applications.
 * Foundry: "Use OAuth 2.0 with outbound applications".
 */
export function oauthRoutes<E extends object>(
  servicesOf: (env: E) => OAuthRoutesServices,
): Hono<{ Bindings: E; Variables: Variables }> {
  const routes = new Hono<{ Bindings: E; Variables: Variables }>();
  routes.get("/style.css", styleSheet);

  routes.use("*", bodyLimit({ maxSize: BODY_LIMIT_BYTES }));
  routes.use("*", async (c, next) => {
    const services = servicesOf(c.env);
    const elsewhere = await pagesElsewhere(c, services, CONSENTS_PATH);
    if (elsewhere !== null) return elsewhere;
    const user = await userOf(c, services, "Only people can give consent.");
    if (user instanceof Response) return user;
    c.set("services", services);
    c.set("user", user);
    return next();
  });

  routes.get("/", async (c) => {
    const { user, services } = c.var;
    const withdrawn = c.req.query("withdrawn");
    const notice = withdrawn === undefined ? null : "Your consent has been withdrawn.";
    return consentsPage(c, services.consents, user, notice);
  });

  routes.get("/:name/authorize", async (c) => {
    const application = await c.var.services.consents.application(c.req.param("name"));
    if (!application) return unknownApplication(c);
    if (!application.enabled) return disabled(c, application);
    const returnTo = returnPath(c.req.query("return_to"), await c.var.services.consents.identity());
    if (returnTo === null) return badReturn(c);
    return page(c, {
      title: `Authorize ${application.displayName}`,
      body: promptBody(application, c.var.user.name, returnTo),
    });
  });

  routes.post("/:name/authorize", async (c) => {
    const application = await c.var.services.consents.application(c.req.param("name"));
    if (!application) return unknownApplication(c);
    if (!application.enabled) return disabled(c, application);
    const form = new URLSearchParams(await c.req.text());
    const { services, user } = c.var;
    const returnTo = returnPath(form.get("return_to") ?? undefined, await services.consents.identity());
    if (returnTo === null) return badReturn(c);
    const redirectUri = await redirectUriOf(services.consents, c.req.url, application);
    const begun = await services.consents.begin({ application, user: user.id }, { redirectUri, returnTo });
    if (!begun.ok) return failure(c, application, begun.message);
    return page(c, { title: `Authorize ${application.displayName}`, ...forwardBody(begun.url) });
  });

  routes.get("/:name/callback", async (c) => {
    const application = await c.var.services.consents.application(c.req.param("name"));
    if (!application) return unknownApplication(c);
    const { services, user } = c.var;
    const { search } = new URL(c.req.url);
    const result = await services.consents.complete({ application, user: user.id }, search);
    return result.ok
      ? seeOther(c, result.returnTo)
      : failure(c, application, result.message, result.returnTo);
  });

  routes.post("/:name/withdraw", async (c) => {
    const application = await c.var.services.consents.application(c.req.param("name"));
    if (!application) return unknownApplication(c);
    const { services, user } = c.var;
    const { problem } = await services.consents.withdraw({ application, user: user.id });
    if (problem === null) return seeOther(c, `${CONSENTS_PATH}?withdrawn=${application.name}`);
    const { host } = new URL(application.tokenUrl);
    const notice = `Your consent has been withdrawn here, but perhaps not at ${host}: ${problem}`;
    return consentsPage(c, services.consents, user, notice);
  });

  return routes;
}

async function consentsPage(
  c: Context,
  consents: Consents,
  user: User,
  notice: string | null,
): Promise<Response> {
  const applications = await consents.applications();
  const shown = await Promise.all(
    applications.map(async (application) => ({
      application,
      status: await consents.status({ application, user: user.id }),
    })),
  );
  return page(c, { title: "Outbound applications", body: consentsBody(user.name, shown, notice) });
}

/** Where the authorization server sends the browser back to; registered there as it stands. */
async function redirectUriOf(
  consents: Consents,
  url: string,
  { name }: OutboundApplication,
): Promise<string> {
  const identity = await consents.identity();
  const origin = identity?.publicUrl ?? new URL(url).origin;
  return `${origin}${CONSENTS_PATH}/${encodeURIComponent(name)}/callback`;
}

function failure(
  c: Context,
  application: OutboundApplication,
  message: string,
  returnTo: string = CONSENTS_PATH,
) {
  const query = new URLSearchParams({ return_to: returnTo });
  const again = `${CONSENTS_PATH}/${encodeURIComponent(application.name)}/authorize?${query}`;
  const body = html`
    <p role="alert">${message}</p>
    <p><a href="${again}">Begin again</a> or <a href="${returnTo}">go back without it</a></p>`;
  return page(c, { title: `${application.displayName} was not authorized`, body }, 400);
}

function unknownApplication(c: Context) {
  return page(c, { title: "Not found", body: html`<p>There is no such outbound application.</p>` }, 404);
}

function disabled(c: Context, { displayName }: OutboundApplication) {
  const body = html`<p role="alert">This application is disabled. Nobody can authorize it.</p>`;
  return page(c, { title: `Authorize ${displayName}`, body }, 403);
}

function badReturn(c: Context) {
  const body = html`<p role="alert">The parameter return_to is not a path of this gateway.</p>`;
  return page(c, { title: "Not possible", body }, 400);
}
