import { html } from "hono/html";
import type { OutboundApplication } from "../credentials/oauth/application.ts";
import type { AuthorizationStatus } from "../credentials/oauth/results.ts";
import type { Html } from "./page.ts";

/** An application, and what the user has granted to it. */
export interface ShownApplication {
  readonly application: OutboundApplication;
  readonly status: AuthorizationStatus | { readonly kind: "unavailable"; readonly reason: string };
}

const pathOf = ({ name }: OutboundApplication) => `/_sortie/oauth/${encodeURIComponent(name)}`;

/** What a user is shown before the authorization server asks. Foundry: "Configure outbound applications" (prompt). */
export function promptBody(application: OutboundApplication, user: string, returnTo: string): Html {
  const { approvalPrompt, description, authorizationUrl, scopes } = application;
  const { host } = new URL(authorizationUrl);
  return html`
    <p class="prompt">${approvalPrompt}</p>
    ${description === "" ? "" : html`<p>${description}</p>`}
    <p>You are signed in as <strong>${user}</strong>. The next page is at <strong>${host}</strong>, which asks you to
      grant ${scopes.length > 0 ? "access to:" : "access."}</p>
    ${scopesList(scopes)}
    <form method="post" action="${pathOf(application)}/authorize">
      <input type="hidden" name="return_to" value="${returnTo}">
      <button type="submit">Continue to ${host}</button>
    </form>
    <p><a href="/_sortie/oauth">Not now</a></p>`;
}

/** Leads on to the authorization server. */
export function forwardBody(url: string): { readonly head: Html; readonly body: Html } {
  return {
    // A redirect of a form's answer would need every address on the way in the page's policy.
    head: html`<meta http-equiv="refresh" content="0; url=${url}">`,
    body: html`<p><a class="button" href="${url}">Continue to ${new URL(url).host}</a></p>`,
  };
}

/** What a user has granted, with the means to withdraw it. */
export function consentsBody(
  user: string,
  applications: readonly ShownApplication[],
  notice: string | null,
): Html {
  return html`
    ${notice === null ? "" : html`<p role="status">${notice}</p>`}
    <p>You are signed in as <strong>${user}</strong>.</p>
    ${applications.length === 0 ? html`<p>There are no outbound applications.</p>` : applications.map(section)}`;
}

function section({ application, status }: ShownApplication): Html {
  const { name, displayName, description, approvalPrompt, enabled } = application;
  return html`
    <section aria-labelledby="${name}" data-status="${status.kind}">
      <h2 id="${name}">${displayName}</h2>
      <p class="prompt">${approvalPrompt}</p>
      ${description === "" ? "" : html`<p>${description}</p>`}
      ${enabled ? "" : html`<p role="alert">This application is disabled: what was granted is kept and not used.</p>`}
      ${details(status)}
      ${actions(application, status)}
    </section>`;
}

function details(status: ShownApplication["status"]): Html {
  switch (status.kind) {
    case "none":
      return html`<p>You have granted nothing.</p>`;
    case "unavailable":
      return html`<p role="alert">What you have granted cannot be shown at the moment: ${status.reason}</p>`;
    case "lost":
      return html`<p role="alert">Authorize it again. ${status.reason}</p>`;
    case "authorized":
      return html`
        <dl>
          <dt>Granted</dt>
          <dd>${status.scopes.length > 0 ? scopesList(status.scopes) : "access"}</dd>
          <dt>Since</dt>
          <dd>${time(status.grantedAt)}</dd>
          <dt>${status.isRenewed ? "Renewed before" : "Good until"}</dt>
          <dd>${time(status.expiresAt)}</dd>
        </dl>`;
  }
}

function actions(application: OutboundApplication, { kind }: ShownApplication["status"]): Html {
  const path = pathOf(application);
  const { displayName } = application;
  const authorize = application.enabled
    ? html`<p><a class="button" href="${path}/authorize">${kind === "authorized" ? "Authorize again" : "Authorize"} <span>${displayName}</span></a></p>`
    : "";
  const withdraw =
    kind === "none"
      ? ""
      : html`<form method="post" action="${path}/withdraw"><button type="submit">Withdraw ${displayName}</button></form>`;
  return html`${authorize}${withdraw}`;
}

function scopesList(scopes: readonly string[]): Html | string {
  return scopes.length === 0
    ? ""
    : html`<ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>`;
}

function time(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}
