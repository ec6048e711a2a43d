import type { ValuePath } from "../documents/known-fields.ts";
import { isHeaderText } from "../sources/authenticate.ts";
import type { CompiledCall, CompiledWebhook } from "./compiled.ts";
import type { Webhook, WebhookBody, WebhookCall } from "./file-schema.ts";
import { checkHeaderNames } from "./header-names.ts";
import { type BodyTemplate, type FormPart, isDotSegment, type JsonTemplate } from "./request.ts";
import {
  parseReference,
  parseTemplate,
  type Reference,
  referencesIn,
  segmentsOf,
  type Template,
  TemplateError,
} from "./template.ts";
import { namedType } from "./types.ts";
import { isWrite, writes } from "./writes.ts";

/** Takes what is wrong with a webhook. */
export type WebhookProblem = (code: string, at: ValuePath, message: string, remedy: string) => void;

/**
 * Parses all templates of a webhook, and reports what is wrong in and between them.
 *
 * Problems: InvalidTemplate, UnknownReference, OptionalInPath, InvalidPath, InvalidHeader, BodyNotAllowed,
 * DuplicateCall, TooManyWriteCalls, NoAnswerBody, AttachmentExpected, AttachmentNotAllowed.
 */
export function compileWebhook(webhook: Webhook, problem: WebhookProblem): CompiledWebhook {
  const compiler = new Compiler(webhook, problem);
  const calls = webhook.calls.map((call, index) => compiler.call(call, index));
  const outputs = Object.entries(webhook.outputs).flatMap(([name, { from, ...output }]) => {
    const reference = compiler.output(name, from);
    return reference ? [{ ...namedType(name, output), from: reference }] : [];
  });
  return {
    name: webhook.name,
    source: webhook.source,
    inputs: Object.entries(webhook.inputs).map(([name, input]) => namedType(name, input)),
    attachments: new Set(
      Object.entries(webhook.inputs).flatMap(([name, { type }]) => (type === "attachment" ? [name] : [])),
    ),
    enums: new Map(
      Object.entries(webhook.inputs).flatMap(([name, input]) =>
        input.type === "string" && input.enum ? [[name, input.enum]] : [],
      ),
    ),
    calls: calls.map((call) => ({ ...call, isAnswerUsed: compiler.used.has(call.name) })),
    outputs,
    timeoutMs: webhook.timeoutSeconds * 1000,
    retryableStatuses: new Set(webhook.retryableStatuses),
    limits: webhook.limits.concurrency || webhook.limits.rate ? webhook.limits : null,
    writes: writes(webhook),
    history: { ...webhook.history, notChanged: new Set(webhook.history.notChangedStatuses) },
  };
}

function isReserved(name: string): boolean {
  return name === "input" || name === "secret";
}

class Compiler {
  readonly #webhook: Webhook;
  readonly #problem: WebhookProblem;
  readonly #earlier = new Map<string, WebhookCall>();
  #writes = 0;
  /** Those of the call that is being compiled. */
  #secrets = new Map<string, ValuePath>();
  /** The calls of whose answers something is wanted. */
  readonly used = new Set<string>();

  constructor(webhook: Webhook, problem: WebhookProblem) {
    this.#webhook = webhook;
    this.#problem = problem;
  }

  call(call: WebhookCall, index: number): Omit<CompiledCall, "isAnswerUsed"> {
    const at = ["calls", index];
    const { name, method } = call;
    if (isReserved(name) || this.#earlier.has(name)) {
      const message = isReserved(name)
        ? `${name} is the name of the ${name}s.`
        : `There is another call ${name}.`;
      this.#problem("DuplicateCall", [...at, "name"], message, "Give the call another name.");
    }
    if (isWrite(call) && ++this.#writes === 2) {
      this.#problem(
        "TooManyWriteCalls",
        [...at, call.access === undefined ? "method" : "access"],
        "At most one call of a webhook may write, and this is the second.",
        "Make another webhook for it, or write access: read if it changes nothing.",
      );
    }
    this.#secrets = new Map();
    const compiled = {
      name,
      method,
      domain: call.domain,
      secrets: this.#secrets,
      writes: isWrite(call),
      segments: this.#path(call.path, [...at, "path"]),
      query: this.#named(call.query, [...at, "query"]),
      headers: this.#headers(call.headers, [...at, "headers"]),
      body: call.body ? this.#body(call.body, [...at, "body"]) : null,
    };
    if (call.body && (method === "GET" || method === "HEAD")) {
      const message = `A ${method} request has no body.`;
      this.#problem("BodyNotAllowed", [...at, "body"], message, "Take it out, or use another method.");
    }
    this.#earlier.set(name, call);
    return compiled;
  }

  output(name: string, from: string): Reference | null {
    const at = ["outputs", name, "from"];
    const reference = this.#read(at, () => parseReference(from));
    if (!reference || !this.#isKnown(reference, at)) return null;
    if (!isReserved(reference.root)) return reference;
    this.#problem(
      "UnknownReference",
      at,
      "An output comes from an answer.",
      "Begin with the name of a call.",
    );
    return null;
  }

  #path(text: string, at: ValuePath): Template[] {
    const template = this.#template(text, at);
    const literal = template.filter((part) => typeof part === "string").join("");
    const segments = segmentsOf(template);
    const isStatic = (segment: Template) => referencesIn(segment).length === 0;
    // What could not be read has been reported.
    const isRead = text === "" || template.length > 0;
    if (
      isRead &&
      (typeof template[0] !== "string" ||
        !template[0].startsWith("/") ||
        !/^(?:[\w\-.~!$&'()*+,;=:@/]|%[\dA-Fa-f]{2})*$/.test(literal) ||
        segments.some((segment) => isStatic(segment) && isDotSegment(segment.join(""))))
    ) {
      this.#problem(
        "InvalidPath",
        at,
        "This is no path: it begins with a slash, and has neither query nor dots for folders.",
        "Write /a/{input.b}, with anything else percent-encoded, and parameters into query.",
      );
    }
    for (const { root, steps } of referencesIn(template)) {
      const [name = ""] = steps;
      if (root !== "input" || !this.#input(name)?.optional) continue;
      this.#problem(
        "OptionalInPath",
        at,
        `The input ${name} is optional, and a path needs all its parts.`,
        "Make it required, or use it in query, headers or body.",
      );
    }
    return segments;
  }

  #headers(headers: Readonly<Record<string, string>>, at: ValuePath): (readonly [string, Template])[] {
    const refuse = (name: string, message: string, remedy: string) =>
      this.#problem("InvalidHeader", [...at, name], message, remedy);
    checkHeaderNames(Object.keys(headers), refuse);
    const named = this.#named(headers, at);
    for (const [name, template] of named) {
      const text = template.length === 1 && typeof template[0] === "string" ? template[0] : "";
      if (text === "" || isHeaderText(text)) continue;
      refuse(name, `No header can carry the value of ${name}.`, "Write ASCII, without line breaks.");
    }
    return named;
  }

  #body(body: WebhookBody, at: ValuePath): BodyTemplate {
    switch (body.type) {
      case "json":
        return { type: "json", value: this.#json(body.value, [...at, "value"]) };
      case "formUrlEncoded":
        return { type: body.type, fields: this.#named(body.fields, [...at, "fields"]) };
      case "formData":
        return { type: body.type, parts: this.#parts(body.fields, [...at, "fields"]) };
      case "binaryFile": {
        const file = this.#attachment(body.value);
        if (file === null) {
          const message = "A binaryFile is an attachment, and nothing else.";
          this.#problem("AttachmentExpected", [...at, "value"], message, 'Write "{input.NAME}".');
        }
        return { type: body.type, file: file ?? parseReference("input") };
      }
      default:
        return { type: body.type, value: this.#template(body.value, [...at, "value"]) };
    }
  }

  #parts(texts: Readonly<Record<string, string>>, at: ValuePath): FormPart[] {
    return Object.entries(texts).map(([name, text]) => {
      const file = this.#attachment(text);
      return file ? { name, file } : { name, template: this.#template(text, [...at, name]) };
    });
  }

  /** The input of the type attachment that a text consists of; null for any other text. */
  #attachment(text: string): Reference | null {
    const [, name = ""] = /^\{input\.(\w+)\}$/.exec(text) ?? [];
    return this.#input(name)?.type === "attachment" ? parseReference(`input.${name}`) : null;
  }

  #json(value: unknown, at: ValuePath): JsonTemplate {
    if (typeof value === "string") return { kind: "text", template: this.#template(value, at) };
    if (Array.isArray(value)) {
      return { kind: "list", entries: value.map((entry, index) => this.#json(entry, [...at, index])) };
    }
    if (typeof value !== "object" || value === null) return { kind: "constant", value };
    const fields = Object.entries(value).map(
      ([name, field]) => [name, this.#json(field, [...at, name])] as const,
    );
    return { kind: "object", fields };
  }

  #named(texts: Readonly<Record<string, string>>, at: ValuePath): (readonly [string, Template])[] {
    return Object.entries(texts).map(([name, text]) => [name, this.#template(text, [...at, name])] as const);
  }

  #template(text: string, at: ValuePath): Template {
    const template = this.#read(at, () => parseTemplate(text)) ?? [];
    for (const reference of referencesIn(template)) this.#isKnown(reference, at);
    return template;
  }

  #read<T>(at: ValuePath, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const remedy = 'References are {input.NAME}, {secret.NAME}, {CALL} and {CALL.field[0]["any name"]}.';
      this.#problem("InvalidTemplate", at, `The text ${error.message}.`, remedy);
      return null;
    }
  }

  #input(name: string | number) {
    const { inputs } = this.#webhook;
    return Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  }

  #isKnown({ root, steps, text }: Reference, at: ValuePath): boolean {
    const unknown = (message: string, known: Iterable<string>) => {
      const names = [...known].join(", ");
      this.#problem("UnknownReference", at, message, `There are: ${names === "" ? "none" : names}.`);
      return false;
    };
    if (root === "input") {
      const [name] = steps;
      if (name !== undefined && steps.length === 1 && this.#input(name)?.type === "attachment") {
        const message = `The input ${name} is an attachment, which only bodies of the types binaryFile and formData take whole.`;
        this.#problem("AttachmentNotAllowed", at, message, `Write {${text}.name} or {${text}.content}.`);
        return false;
      }
      if (name === undefined || this.#input(name)) return true;
      return unknown(`There is no input ${name}.`, Object.keys(this.#webhook.inputs));
    }
    if (root === "secret") {
      const [name, ...more] = steps;
      if (typeof name === "string" && more.length === 0) {
        if (!this.#secrets.has(name)) this.#secrets.set(name, at);
        return true;
      }
      this.#problem("InvalidTemplate", at, `${text} names no secret.`, "Write {secret.NAME}.");
      return false;
    }
    const call = this.#earlier.get(root);
    if (!call) return unknown(`There is no call ${root} before the use of ${text}.`, this.#earlier.keys());
    if (call.method === "HEAD") {
      const message = `The call ${root} is a HEAD request, whose answer has nothing in it.`;
      this.#problem("NoAnswerBody", at, message, "Use another method.");
    }
    this.used.add(root);
    return true;
  }
}
