import type { Context } from "hono";
import { html } from "hono/html";
import { Hono } from "hono/tiny";
import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import { isCrossSite } from "../credentials/cross-site.ts";
import type { IdentitySettings } from "../credentials/identity.ts";
import type { Health } from "../exchange/gateway.ts";
import type { Lifetime } from "../flow/context.ts";
import { ACTIONS_PATH } from "./action-pages.ts";
import { type Html, page } from "./page.ts";
import { CONSENTS_PATH } from "./return-path.ts";
import { ENDED_COOKIE, wayToSignIn } from "./sign-in.ts";

/** Where the gateway's own pages begin. */
const HOME_PATH = "/_sortie/";

/** What the routes need of the gateway. */
export interface HomeServices {
  readonly gateway: { health(lifetime: Lifetime): Promise<Health> };
  readonly consents: { identity(): Promise<IdentitySettings | null> };
  /** Rejects with {@link CallerError}. */
  identify(request: Request): Promise<Caller>;
}

/** `/_sortie/`: what there is below it, and the way to sign in and out. */
export function homeRoutes<E extends object>(servicesOf: (env: E) => HomeServices): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.get("/", async (c) => {
    const services = servicesOf(c.env);
    const [health, identity] = await Promise.all([
      services.gateway.health(c.executionCtx),
      services.consents.identity(),
    ]);
    const user = await nameOf(c.req.raw, services);
    return page(c, { title: "Sortie", body: homeBody(health, identity, user, c.req.url) });
  });
  routes.post("/sign-out", async (c) => {
    if (isCrossSite(c.req.raw)) return page(c, { title: "Not possible", body: refusal }, 403);
    return signedOut(c, await servicesOf(c.env).consents.identity());
  });
  return routes;
}

const refusal = html`<p role="alert">A page of another site may not sign you out.</p>`;

function homeBody(health: Health, identity: IdentitySettings | null, user: string | null, url: string): Html {
  const { environment, generation, proxies } = health;
  const deployed =
    health.status === "ok"
      ? html`<p>Generation ${generation} of the environment <strong>${environment}</strong> is deployed.</p>
        <ul>${proxies.map((name) => html`<li>${name}</li>`)}</ul>`
      : html`<p>The environment is <strong>${environment}</strong>. ${health.message}.</p>`;
  return html`
    ${deployed}
    <ul>
      <li><a href="/_sortie/health">Health</a>: what is deployed, as JSON</li>
      ${
        identity === null
          ? ""
          : html`<li><a href="${CONSENTS_PATH}">Outbound applications</a>: what you let functions do for you</li>
      <li><a href="${ACTIONS_PATH}">Actions</a>: what you can change</li>`
      }
    </ul>
    ${identity === null ? "" : userBody(identity, user, url)}`;
}

function userBody(identity: IdentitySettings, user: string | null, url: string): Html {
  if (user === null) return html`<p>You are not signed in.</p>${wayToSignIn(identity, url)}`;
  return html`
    <p>You are signed in as <strong>${user}</strong>.</p>
    <form method="post" action="/_sortie/sign-out"><button type="submit">Sign out</button></form>`;
}

/** Null for whoever is nobody's user, whatever the reason. */
async function nameOf(request: Request, { identify }: HomeServices): Promise<string | null> {
  try {
    const caller = await identify(request);
    return caller.kind === "anonymous" ? null : caller.name;
  } catch (error) {
    if (error instanceof CallerError) return null;
    throw error;
  }
}

/** Forgets the cookie here, and goes on to where the identity provider ends its own session. */
function signedOut(c: Context, identity: IdentitySettings | null): Response {
  c.header("set-cookie", ENDED_COOKIE);
  c.header("cache-control", "no-store");
  return c.redirect(logoutUrl(identity) ?? HOME_PATH, 303);
}

/** Cloudflare: "Session management" (Access). */
function logoutUrl(identity: IdentitySettings | null): string | null {
  const issuer = identity && URL.parse(identity.issuer);
  return issuer?.hostname.endsWith(".cloudflareaccess.com") ? `${issuer.origin}/cdn-cgi/access/logout` : null;
}
