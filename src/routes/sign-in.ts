import { html } from "hono/html";
import type { IdentitySettings } from "../credentials/identity.ts";
import type { Html } from "./page.ts";

/** How to sign in, and come back to a page. */
export function wayToSignIn(identity: IdentitySettings | null, page: string): Html {
  if (!identity?.loginUrl) {
    return html`<p>Sign in with the identity provider of this gateway, and come back.</p>`;
  }
  const url = new URL(identity.loginUrl);
  url.searchParams.set("return_to", page);
  return html`<p><a class="button" href="${url.href}">Sign in</a></p>`;
}

/** A cookie that takes the place of the one by which browsers are known, and is gone at once. */
export const ENDED_COOKIE = "CF_Authorization=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
