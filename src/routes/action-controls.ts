import { html } from "hono/html";
import type { ParameterEvaluation } from "../actions/validation.ts";
import type { ActionElement, ActionField, ActionParameter } from "../ontology/action-type-schema.ts";
import { fieldName } from "./action-form.ts";
import type { Html } from "./page.ts";

/** An object to choose. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What a form shows beside its parameters. */
export interface Filled {
  readonly form: URLSearchParams;
  /** Objects to choose from, by object type. */
  readonly choices: ReadonlyMap<string, readonly Choice[]>;
  /** What is wrong with a parameter; empty when nothing is, or nothing was filled in yet. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** A parameter with its label, its control, and what is wrong with it. */
export function parameterControl(id: string, parameter: ActionParameter, filled: Filled): Html {
  const { displayName = id, description } = parameter;
  const problems = filled.problems.get(id) ?? [];
  const name = fieldName(id);
  const label = html`${displayName}${parameter.required ? "" : html` <small>(optional)</small>`}`;
  const notes = html`
    ${description === undefined ? "" : html`<p class="note">${description}</p>`}
    <ul class="problems" id="${name}-problems">${problems.map((each) => html`<li>${each}</li>`)}</ul>`;
  if (parameter.type === "struct") {
    return html`<fieldset data-parameter="${id}"><legend>${label}</legend>
      ${Object.entries(parameter.fields).map(([field, type]) => structField(id, field, type, filled))}${notes}</fieldset>`;
  }
  return html`<div data-parameter="${id}"><label for="${name}">${label}${hint(parameter)}</label>
    ${control(name, parameter, filled, problems.length > 0)}${notes}</div>`;
}

function structField(id: string, field: string, type: ActionField, filled: Filled): Html {
  const name = fieldName(id, field);
  return html`<div><label for="${name}">${field}${type.required ? "" : html` <small>(optional)</small>`}${hint(type)}</label>
    ${control(name, type, filled, false)}</div>`;
}

/** What has to be known to fill a control in. */
function hint({ type }: ActionParameter | ActionElement): Html | string {
  if (type === "timestamp") return html` <small>(UTC)</small>`;
  if (type === "array") return html` <small>(one on each line)</small>`;
  return type === "objectSet" ? html` <small>(JSON)</small>` : "";
}

function control(
  name: string,
  parameter: ActionParameter | ActionElement,
  filled: Filled,
  isWrong: boolean,
): Html {
  const value = filled.form.get(name) ?? "";
  const common = html`id="${name}" name="${name}" aria-describedby="${name}-problems"${isWrong ? html` aria-invalid="true"` : ""}`;
  const input = (attributes: Html) => html`<input ${common} value="${value}" ${attributes}>`;
  const options = optionsOf(parameter);
  if (options && !options.open) {
    return html`<select ${common}><option value=""></option>${options.list.map((each) => option(each, [value]))}</select>`;
  }
  switch (parameter.type) {
    case "boolean":
      return html`<select ${common}><option value=""></option>${yesAndNo.map((each) => option(each, [value]))}</select>`;
    case "integer":
      return input(html`type="number" step="1"`);
    case "double":
      return input(html`type="number" step="any"`);
    case "long":
      return input(html`type="text" inputmode="numeric" pattern="-?[0-9]{1,19}"`);
    case "date":
      return input(html`type="date"`);
    case "timestamp":
      return input(html`type="datetime-local" step="1"`);
    case "object":
      return suggested(input, name, filled.choices.get(parameter.objectType) ?? []);
    case "array":
      return list(common, parameter.items, filled.form.getAll(name));
    case "objectSet":
      return html`<textarea ${common} rows="4">${value}</textarea>`;
    default:
      return suggested(input, name, options?.list ?? []);
  }
}

const yesAndNo: readonly Choice[] = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

function list(common: Html, items: ActionElement, values: readonly string[]): Html {
  const options = optionsOf(items);
  if (!options || options.open) return html`<textarea ${common} rows="4">${values.join("\n")}</textarea>`;
  return html`<select ${common} multiple>${options.list.map((each) => option(each, values))}</select>`;
}

function suggested(input: (attributes: Html) => Html, name: string, choices: readonly Choice[]): Html {
  if (choices.length === 0) return input(html`type="text" autocomplete="off"`);
  return html`${input(html`type="text" autocomplete="off" list="${name}-choices"`)}
    <datalist id="${name}-choices">${choices.map(({ value, label }) => html`<option value="${value}">${label}</option>`)}</datalist>`;
}

function option({ value, label }: Choice, chosen: readonly string[]): Html {
  return html`<option value="${value}"${chosen.includes(value) ? html` selected` : ""}>${label}</option>`;
}

function optionsOf(
  parameter: ActionParameter | ActionElement,
): { readonly list: readonly Choice[]; readonly open: boolean } | null {
  if (!("oneOf" in parameter) || !parameter.oneOf) return null;
  const { options, otherValuesAllowed } = parameter.oneOf;
  const list = options.map(({ displayName, value }) => ({
    value: String(value),
    label: displayName ?? String(value),
  }));
  return { list, open: otherValuesAllowed };
}

/** What a parameter has to be, for people to read; empty when it is. */
export function problemsOf(
  { result, required, evaluatedConstraints }: ParameterEvaluation,
  isThere: boolean,
): string[] {
  if (result === "VALID") return [];
  if (!isThere) return required ? ["A value is needed."] : [];
  return evaluatedConstraints.map(words);
}

function words(constraint: ParameterEvaluation["evaluatedConstraints"][number]): string {
  switch (constraint.type) {
    case "oneOf": {
      const labels = (constraint.options as { displayName: string }[]).map(({ displayName }) => displayName);
      return `Must be one of ${labels.join(", ")}.`;
    }
    case "range":
      return `Must be ${limits(constraint)}.`;
    case "stringLength":
      return `The number of characters must be ${limits(constraint)}.`;
    case "arraySize":
      return `The number of values must be ${limits(constraint)}.`;
    case "stringRegexMatch":
      return String(constraint.configuredFailureMessage ?? `Must match ${constraint.regex}.`);
    case "objectQueryResult":
      return "There is no such object, or you may not read it.";
    case "struct": {
      const fields = constraint.structFields as Record<string, ParameterEvaluation>;
      return Object.entries(fields)
        .map(([name, field]) => `${name}: ${field.evaluatedConstraints.map(words).join(" ")}`)
        .join(" ");
    }
    default:
      return "Is not valid.";
  }
}

const limitWords = { gt: "more than", gte: "at least", lt: "less than", lte: "at most" } as const;

function limits(constraint: Readonly<Record<string, unknown>>): string {
  return Object.entries(limitWords)
    .flatMap(([name, text]) => (constraint[name] === undefined ? [] : [`${text} ${constraint[name]}`]))
    .join(" and ");
}
