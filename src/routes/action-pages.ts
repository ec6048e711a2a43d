import { html } from "hono/html";
import type { Validation } from "../actions/validation.ts";
import type { ActionType } from "../ontology/action-type-schema.ts";
import type { AppliedEdit, NamedObject } from "../ontology/tally.ts";
import { type Filled, parameterControl } from "./action-controls.ts";
import type { Html } from "./page.ts";

/** Where the pages of actions begin. */
export const ACTIONS_PATH = "/_sortie/actions";

export const pathOfAction = (name: string) => `${ACTIONS_PATH}/${encodeURIComponent(name)}`;

/** An action type as the list shows it. */
export interface ListedAction {
  readonly name: string;
  readonly definition: ActionType;
  readonly mayApply: boolean;
}

/** All action types that a user may see. */
export function actionsBody(user: string, actions: readonly ListedAction[]): Html {
  return html`
    <p>You are signed in as <strong>${user}</strong>.</p>
    ${actions.length === 0 ? html`<p>There are no actions for you.</p>` : ""}
    ${actions.map(
      ({ name, definition: { displayName = name, description }, mayApply }) => html`
    <section aria-labelledby="${name}">
      <h2 id="${name}">${displayName}</h2>
      ${description === undefined ? "" : html`<p>${description}</p>`}
      ${mayApply ? html`<p><a class="button" href="${pathOfAction(name)}">Open <span>${displayName}</span></a></p>` : html`<p>You may not apply it.</p>`}
    </section>`,
    )}`;
}

/** What came of what somebody has sent. */
export type Outcome =
  | { readonly kind: "new" }
  | { readonly kind: "validated"; readonly validation: Validation }
  | { readonly kind: "applied"; readonly edits: readonly AppliedEdit[] }
  /** Consent is needed, at an address that leads back here. */
  | { readonly kind: "consent"; readonly url: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly instance: string };

/** An action's form, and what came of it. */
export function actionBody(name: string, definition: ActionType, filled: Filled, outcome: Outcome): Html {
  const { description, parameters } = definition;
  return html`
    ${description === undefined ? "" : html`<p>${description}</p>`}
    <form method="post" action="${pathOfAction(name)}" autocomplete="off" novalidate>
      ${Object.entries(parameters).map(([id, parameter]) => parameterControl(id, parameter, filled))}
      <div id="outcome" aria-live="polite">${outcomeBody(outcome)}</div>
      <p><button type="submit" name="mode" value="apply">Apply</button>
        <button type="submit" name="mode" value="validate">Check</button></p>
    </form>
    <p><a href="${ACTIONS_PATH}">All actions</a></p>`;
}

function outcomeBody(outcome: Outcome): Html | string {
  switch (outcome.kind) {
    case "new":
      return "";
    case "validated":
      return validationBody(outcome.validation);
    case "applied":
      return html`<div role="status"><p>Applied.</p><ul>${outcome.edits.map(editItem)}</ul></div>`;
    case "consent":
      return html`<div role="alert"><p>${outcome.message}</p>
        <p><a class="button" href="${outcome.url}">Give consent, and come back</a></p></div>`;
    case "failed":
      return html`<div role="alert"><p>${outcome.message}</p>
        <p>Nothing was changed. <small>Reference: <code>${outcome.instance}</code></small></p></div>`;
  }
}

function validationBody({ result, submissionCriteria }: Validation): Html {
  const failed = submissionCriteria.filter((criterion) => criterion.result === "INVALID");
  if (result === "VALID") return html`<p role="status">It can be applied.</p>`;
  return html`<div role="alert"><p>It cannot be applied like this.</p>
    <ul>${failed.map((each) => html`<li>${each.configuredFailureMessage ?? "A condition is not met."}</li>`)}</ul></div>`;
}

function editItem(edit: AppliedEdit): Html {
  const name = ({ objectType, primaryKey }: NamedObject) =>
    html`${objectType} <code>${String(primaryKey)}</code>`;
  switch (edit.type) {
    case "addObject":
      return html`<li>Created ${name(edit)}</li>`;
    case "modifyObject":
      return html`<li>Changed ${name(edit)}</li>`;
    case "deleteObject":
      return html`<li>Deleted ${name(edit)}</li>`;
    default: {
      const words = edit.type === "addLink" ? "Linked" : "Unlinked";
      return html`<li>${words} ${name(edit.aSideObject)} and ${name(edit.bSideObject)} (${edit.linkTypeApiNameAtoB})</li>`;
    }
  }
}

/** Checks what is filled in a moment after the last key, by the page itself: what it answers takes the old place. */
export const script = `const form = document.querySelector("form");
let timer, last = 0;
async function check() {
  const own = ++last;
  const body = new URLSearchParams(new FormData(form));
  body.set("mode", "validate");
  let text;
  try {
    const response = await fetch(form.action, { method: "POST", body });
    text = await response.text();
  } catch {
    return;
  }
  if (own !== last) return;
  const answer = new DOMParser().parseFromString(text, "text/html");
  const take = (selector) => {
    for (const place of document.querySelectorAll(selector)) {
      const fresh = answer.getElementById(place.id);
      if (fresh) place.replaceChildren(...fresh.childNodes);
    }
  };
  take(".problems");
  take("#outcome");
  for (const control of form.querySelectorAll("[name]")) {
    const fresh = control.id && answer.getElementById(control.id);
    if (fresh) control.toggleAttribute("aria-invalid", fresh.hasAttribute("aria-invalid"));
  }
}
form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, 300);
});
form?.addEventListener("submit", () => {
  clearTimeout(timer);
  last++;
});
`;
