import { isJsonDeeperThan } from "../text/json-depth.ts";

/** A value that a template takes: an input, or a part of the answer of an earlier call. */
export interface Reference {
  /** `input`, or the name of a call. */
  readonly root: string;
  /** Fields by name and entries of lists by their zero-based index. */
  readonly steps: readonly (string | number)[];
  /** As it is written. */
  readonly text: string;
}

/** Texts, and between them the values that are put there. */
export type Template = readonly (string | Reference)[];

/** The values that there are, by root. */
export type Scope = ReadonlyMap<string, unknown>;

/** A template that cannot be read. The message says what is wrong in it. */
export class TemplateError extends Error {}

/** A value that an answer does not have, or one that cannot be sent where it belongs. */
export class ValueNotUsable extends Error {}

const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/** Reads `text {reference} text`; `{{` and `}}` stand for braces. Throws {@link TemplateError}. */
export function parseTemplate(text: string): Template {
  const parts: (string | Reference)[] = [];
  let literal = "";
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    const [piece, inside] = match;
    if (piece === "{{" || piece === "}}") literal += piece.charAt(0);
    else if (inside === undefined) {
      throw new TemplateError(`has a single ${piece}; a brace that is meant as text is written twice`);
    } else {
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push(parseReference(inside));
    }
  }
  literal += text.slice(end);
  return literal === "" ? parts : [...parts, literal];
}

const STEP = /\.([A-Za-z_$][\w$-]*)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** Reads `input.name`, `call`, `call.field[0].other` or `call["any name"]`. Throws {@link TemplateError}. */
export function parseReference(text: string): Reference {
  const [root] = /^[A-Za-z]\w*/.exec(text) ?? [];
  const invalid = () => new TemplateError(`has the reference ${text}, which is none`);
  if (root === undefined) throw invalid();
  const steps: (string | number)[] = [];
  STEP.lastIndex = root.length;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (!match) throw invalid();
    const [, field, index, quoted] = match;
    if (field !== undefined) steps.push(field);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(unquoted(quoted ?? "", invalid));
  }
  return { root, steps, text };
}

function unquoted(text: string, invalid: () => TemplateError): string {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid();
  }
}

/** The references of a template. */
export function referencesIn(template: Template): Reference[] {
  return template.filter((part) => typeof part !== "string");
}

/** The reference that a template consists of; null for any other. */
export function wholeReference([first, ...others]: Template): Reference | null {
  return first !== undefined && typeof first !== "string" && others.length === 0 ? first : null;
}

/**
 * What a reference leads to; undefined for an input that was not given. A text of an answer is read as JSON where
 * a part of it is wanted. Throws {@link ValueNotUsable} for a part that an answer does not have.
 */
export function valueAt({ root, steps, text }: Reference, scope: Scope): unknown {
  const value = steps.reduce<unknown>(
    (from, step) => partOf(typeof from === "string" ? parsed(from) : from, step),
    scope.get(root),
  );
  if (value !== undefined && value !== null) return value;
  if (root === "input") return undefined;
  throw new ValueNotUsable(`The answer has no value for ${text}.`);
}

function partOf(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) !== (typeof step === "number")) {
    return undefined;
  }
  return Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
}

/** How many lists and objects of an answer may stand in each other: parsing those takes a tenth of a second. */
export const MOST_LEVELS = 200_000;

/** What a text says that is JSON; undefined for any other. */
export function parsed(text: string): unknown {
  try {
    return isJsonDeeperThan(MOST_LEVELS, text) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The text of a template; undefined when it is nothing but an input that was not given.
 * @param encode is applied to the values, and not to what the template itself says
 */
export function textOf(
  template: Template,
  scope: Scope,
  encode: (text: string) => string = (text) => text,
): string | undefined {
  const whole = wholeReference(template);
  if (whole && valueAt(whole, scope) === undefined) return undefined;
  return template
    .map((part) => (typeof part === "string" ? part : encode(written(valueAt(part, scope)))))
    .join("");
}

/** A value as text: lists and records as JSON. */
export function written(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A template of a path as one for each part between its slashes. */
export function segmentsOf(template: Template): Template[] {
  const segments: (string | Reference)[][] = [[]];
  for (const part of template) {
    if (typeof part !== "string") {
      segments.at(-1)?.push(part);
      continue;
    }
    const [first = "", ...others] = part.split("/");
    if (first !== "") segments.at(-1)?.push(first);
    for (const other of others) segments.push(other === "" ? [] : [other]);
  }
  return segments;
}
