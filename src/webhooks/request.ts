import { isHeaderText } from "../sources/authenticate.ts";
import { type Attachment, fileOf } from "./attachment.ts";
import {
  type Reference,
  referencesIn,
  type Scope,
  type Template,
  textOf,
  ValueNotUsable,
  valueAt,
  wholeReference,
  written,
} from "./template.ts";

/** A call's templates, parsed. */
export interface RequestTemplates {
  /** Of the path, between its slashes; the first is before the leading one, and empty. */
  readonly segments: readonly Template[];
  readonly query: readonly (readonly [name: string, value: Template])[];
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly body: BodyTemplate | null;
}

/** JSON whose texts are templates. */
export type JsonTemplate =
  | { readonly kind: "text"; readonly template: Template }
  | { readonly kind: "list"; readonly entries: readonly JsonTemplate[] }
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, JsonTemplate])[] }
  | { readonly kind: "constant"; readonly value: unknown };

/** A part of a form: text, or an attachment. */
export type FormPart = { readonly name: string } & (
  | { readonly template: Template }
  | { readonly file: Reference }
);

export type BodyTemplate =
  | { readonly type: "json"; readonly value: JsonTemplate }
  | { readonly type: "formUrlEncoded"; readonly fields: readonly (readonly [string, Template])[] }
  | { readonly type: "formData"; readonly parts: readonly FormPart[] }
  | { readonly type: "binaryFile"; readonly file: Reference }
  | { readonly type: "text" | "xml" | "html"; readonly value: Template };

/** What is sent. */
export interface BuiltRequest {
  /** Path and query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: string | ArrayBuffer | null;
}

/** Puts values into a call. Rejects with {@link ValueNotUsable}: then nothing of it can be sent. */
export async function buildRequest(request: RequestTemplates, scope: Scope): Promise<BuiltRequest> {
  const headers = new Headers();
  for (const [name, template] of request.headers) {
    const value = textOf(template, scope);
    if (value === undefined) continue;
    if (value !== "" && !isHeaderText(value)) {
      throw new ValueNotUsable(
        `The header ${name} cannot carry its value: it has a line break, a space at its edge or a letter outside ASCII.`,
      );
    }
    headers.set(name, value);
  }
  const { body, type } = await bodyOf(request.body, scope);
  if (type !== null) headers.set("content-type", type);
  return { target: targetOf(request, scope), headers, body };
}

function targetOf({ segments, query }: RequestTemplates, scope: Scope): string {
  const path = segments.map((segment) => segmentOf(segment, scope)).join("/");
  const search = new URLSearchParams();
  for (const [name, template] of query) {
    const whole = wholeReference(template);
    const value = whole ? valueAt(whole, scope) : textOf(template, scope);
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) search.append(name, written(each));
    }
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/** A value never changes which segments a path has: not by slashes, not by dots, and not by being empty. */
function segmentOf(template: Template, scope: Scope): string {
  const segment = textOf(template, scope, (value) => encodeURIComponent(value.toWellFormed())) ?? "";
  const [reference] = referencesIn(template);
  if (reference && (segment === "" || isDotSegment(segment))) {
    const text = segment === "" ? "an empty text" : `"${segment}"`;
    throw new ValueNotUsable(
      `The value of ${reference.text} would change the structure of the path: it makes a part of it ${text}.`,
    );
  }
  return segment;
}

/** What URL parsing takes for this folder, or for the one above. */
export function isDotSegment(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

async function bodyOf(
  body: BodyTemplate | null,
  scope: Scope,
): Promise<{ body: BuiltRequest["body"]; type: string | null }> {
  switch (body?.type) {
    case undefined:
      return { body: null, type: null };
    case "json":
      return { body: JSON.stringify(jsonOf(body.value, scope) ?? null), type: "application/json" };
    case "formUrlEncoded":
      return {
        body: new URLSearchParams(fieldsOf(body.fields, scope)).toString(),
        type: "application/x-www-form-urlencoded",
      };
    case "formData": {
      const encoded = new Response(formOf(body.parts, scope));
      return { body: await encoded.arrayBuffer(), type: encoded.headers.get("content-type") };
    }
    case "binaryFile": {
      const file = attachmentAt(body.file, scope);
      return file ? { body: await file.arrayBuffer(), type: file.type } : { body: null, type: null };
    }
    case "text":
      return { body: textOf(body.value, scope) ?? "", type: "text/plain; charset=utf-8" };
    case "xml":
      return { body: textOf(body.value, scope, escaped) ?? "", type: "application/xml; charset=utf-8" };
    case "html":
      return { body: textOf(body.value, scope, escaped) ?? "", type: "text/html; charset=utf-8" };
  }
}

function formOf(parts: readonly FormPart[], scope: Scope): FormData {
  const form = new FormData();
  for (const part of parts) {
    const value = "file" in part ? attachmentAt(part.file, scope) : textOf(part.template, scope);
    if (value === undefined) continue;
    if (typeof value === "string") form.append(part.name, value);
    else form.append(part.name, value, value.name);
  }
  return form;
}

/** Undefined where the attachment was not given. */
function attachmentAt(reference: Reference, scope: Scope): File | undefined {
  const value = valueAt(reference, scope);
  return value === undefined ? undefined : fileOf(value as Attachment);
}

function fieldsOf(
  fields: readonly (readonly [string, Template])[],
  scope: Scope,
): [name: string, value: string][] {
  return fields.flatMap(([name, template]): [string, string][] => {
    const value = textOf(template, scope);
    return value === undefined ? [] : [[name, value]];
  });
}

/** Undefined where nothing but an input stands that was not given: a field or entry of that kind is left out. */
function jsonOf(json: JsonTemplate, scope: Scope): unknown {
  switch (json.kind) {
    case "constant":
      return json.value;
    case "text": {
      const whole: Reference | null = wholeReference(json.template);
      return whole ? valueAt(whole, scope) : textOf(json.template, scope);
    }
    case "list":
      return json.entries.map((entry) => jsonOf(entry, scope)).filter((value) => value !== undefined);
    case "object":
      return Object.fromEntries(json.fields.map(([name, value]) => [name, jsonOf(value, scope)]));
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A value is text in XML and HTML, and never markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
