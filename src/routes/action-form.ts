import type { ActionElement, ActionParameter, ActionType } from "../ontology/action-type-schema.ts";
import { keyFromText } from "../ontology/key-text.ts";
import type { Ontology } from "../ontology/ontology.ts";

/** Fields of the form begin with this: other names on the page are not parameters. */
const PREFIX = "p.";

/** The name of a parameter's field, or of one for a field of its struct. */
export function fieldName(parameter: string, field?: string): string {
  return field === undefined ? PREFIX + parameter : `${PREFIX}${parameter}.${field}`;
}

/**
 * The parameters that somebody has filled in, as the API takes them. An empty field is a missing parameter; a text
 * that is not what its parameter wants stays a text, so that the validation says so.
 * @param ontology says what the primary keys of objects are
 */
export function parametersOf(
  { parameters }: Pick<ActionType, "parameters">,
  form: URLSearchParams,
  ontology: Pick<Ontology, "objectTypes">,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([id, parameter]) => {
      const value = parameterValue(id, parameter, form, ontology);
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

function parameterValue(
  id: string,
  parameter: ActionParameter,
  form: URLSearchParams,
  ontology: Pick<Ontology, "objectTypes">,
): unknown {
  const text = form.get(fieldName(id)) ?? "";
  switch (parameter.type) {
    case "struct": {
      const fields = Object.entries(parameter.fields).flatMap(([name, field]) => {
        const value = typed(field, form.get(fieldName(id, name)) ?? "", ontology);
        return value === undefined ? [] : [[name, value] as const];
      });
      return fields.length === 0 ? undefined : Object.fromEntries(fields);
    }
    case "array": {
      const { items } = parameter;
      if (items.type === "struct") return text.trim() === "" ? undefined : json(text);
      const texts = form.getAll(fieldName(id)).flatMap((each) => each.split(/\r?\n/));
      const values = texts.flatMap((each) => typed(items, each.trim(), ontology) ?? []);
      return values.length === 0 ? undefined : values;
    }
    case "objectSet":
      return text.trim() === "" ? undefined : json(text);
    default:
      return typed(parameter, text, ontology);
  }
}

/** Undefined when nothing was filled in. */
function typed(
  parameter: ActionElement | ActionParameter,
  text: string,
  { objectTypes }: Pick<Ontology, "objectTypes">,
): unknown {
  if (text === "") return undefined;
  switch (parameter.type) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "integer":
    case "double":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "timestamp":
      // What the control gives has no zone, and is labelled UTC.
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text) ? `${text}Z` : text;
    case "object": {
      const type = objectTypes.get(parameter.objectType);
      return type ? keyFromText(text, type) : text;
    }
    default:
      return text;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
