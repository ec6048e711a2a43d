import type { Context } from "hono";
import { html } from "hono/html";
import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import type { IdentitySettings } from "../credentials/identity.ts";
import { page } from "./page.ts";
import { wayToSignIn } from "./sign-in.ts";

/** What pages that are for a user need of the gateway. */
export interface UserPagesServices {
  /** Rejects with {@link CallerError}. */
  identify(request: Request): Promise<Caller>;
  readonly consents: { identity(): Promise<IdentitySettings | null> };
}

export type User = Extract<Caller, { kind: "user" }>;

/**
 * These pages are on one host alone where the environment names it, so that a page of a proxy is another site to them:
 * null there, and otherwise the way, or a refusal of what would change something.
 * @param home their address without the host
 */
export async function pagesElsewhere(
  c: Context,
  { consents }: Pick<UserPagesServices, "consents">,
  home: string,
): Promise<Response | null> {
  const origin = (await consents.identity())?.publicUrl ?? null;
  const { pathname, search, origin: asked } = new URL(c.req.url);
  if (origin === null || origin === asked) return null;
  if (c.req.method === "GET" || c.req.method === "HEAD") return seeOther(c, origin + pathname + search);
  const body = html`<p role="alert">These pages are at <a href="${origin}${home}">${origin}</a>.</p>`;
  return page(c, { title: "Not possible", body }, 403);
}

/**
 * The user whose browser asks, or the page that says what to do.
 * @param forPeople why programs cannot do anything here
 */
export async function userOf(
  c: Context,
  { identify, consents }: UserPagesServices,
  forPeople: string,
): Promise<User | Response> {
  try {
    const caller = await identify(c.req.raw);
    if (caller.kind === "user") return caller;
    if (caller.kind === "anonymous") return await signIn(c, consents, "Sign in to go on.");
    const body = html`<p>This token belongs to a program. ${forPeople}</p>`;
    return await page(c, { title: "Not possible", body }, 403);
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    if (error.status === 401) return signIn(c, consents, error.message);
    return page(c, { title: "Not possible", body: html`<p role="alert">${error.message}</p>` }, error.status);
  }
}

async function signIn(
  c: Context,
  consents: UserPagesServices["consents"],
  message: string,
): Promise<Response> {
  const way = wayToSignIn(await consents.identity(), c.req.url);
  return page(c, { title: "Sign in", body: html`<p>${message}</p>${way}` }, 401);
}

export function seeOther(c: Context, path: string): Response {
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
  return c.redirect(path, 303);
}
