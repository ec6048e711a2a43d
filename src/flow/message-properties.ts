import type { Value } from "../expression/value.ts";
import { Float, textOf } from "../expression/value.ts";
import { isToken } from "../text/token.ts";
import {
  firstHeaderValue,
  headerNames,
  headerText,
  headerValues,
  isHeaderValue,
  removeHeaderValue,
  setHeaderValue,
} from "./headers.ts";
import { type Message, RequestMessage, ResponseMessage } from "./message.ts";
import type { Parameters } from "./parameters.ts";
import { Unsettable } from "./unsettable.ts";

/**
 * One property of a message as a flow variable names it, such as `header.Accept.values.count`.
 * Apigee: "Flow variables reference" (message, request, response, error).
 */
export interface MessageProperty {
  /** Whether the body must be buffered before `get` or `set`. */
  readonly readsContent: boolean;
  get(message: Message): Value;
  /** Absent for a read-only property. */
  set?(message: Message, value: Value): void;
  remove?(message: Message): void;
}

/** The property that a text names, or null when messages have no such property. */
export function messageProperty(text: string): MessageProperty | null {
  const fixed = fixedProperties.get(text);
  if (fixed) return fixed;
  const dot = text.indexOf(".");
  const [family, rest] = [text.slice(0, dot), text.slice(dot + 1)];
  if (dot === -1 || rest === "") return null;
  if (family === "header") return headerProperty(rest);
  if (family === "queryparam") return parameterProperty(rest, queryParameters);
  return family === "formparam" ? parameterProperty(rest, formParameters) : null;
}

/** The first segments of all property names, so that a variable's name can be split at them. */
export const propertyFamilies: ReadonlySet<string> = new Set(
  "content header headers queryparam queryparams querystring formparam formparams formstring path uri url verb version status reason transport transportid".split(
    " ",
  ),
);

const request =
  <T extends Value>(read: (message: RequestMessage) => T) =>
  (message: Message) =>
    message instanceof RequestMessage ? read(message) : null;

const response =
  <T extends Value>(read: (message: ResponseMessage) => T) =>
  (message: Message) =>
    message instanceof ResponseMessage ? read(message) : null;

function property(
  get: (message: Message) => Value,
  set?: (message: Message, value: Value) => void,
  readsContent = false,
): MessageProperty {
  return set ? { get, set, readsContent } : { get, readsContent };
}

const fixedProperties: ReadonlyMap<string, MessageProperty> = new Map([
  [
    "content",
    {
      ...property(
        (m) => m.content,
        (m, value) => m.setContent(textOf(value)),
        true,
      ),
      remove: (m: Message) => m.setContent(null),
    },
  ],
  ["content.as.base64", property((m) => base64(m), undefined, true)],
  [
    "content.as.url.safe.base64",
    property((m) => base64(m).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""), undefined, true),
  ],
  ["headers.count", property((m) => headerNames(m.headers).length)],
  ["headers.names", property((m) => headerNames(m.headers))],
  ["headers.names.string", property((m) => headerNames(m.headers).join(","))],
  ["queryparams.count", property(request((m) => m.queryParameters.names.length))],
  ["queryparams.names", property(request((m) => m.queryParameters.names))],
  ["queryparams.names.string", property(request((m) => m.queryParameters.names.join(",")))],
  ["querystring", property(request((m) => m.query))],
  ["formparams.count", property((m) => m.formParameters.names.length, undefined, true)],
  ["formparams.names", property((m) => m.formParameters.names, undefined, true)],
  ["formparams.names.string", property((m) => m.formParameters.names.join(","), undefined, true)],
  ["formstring", property((m) => (m.isForm ? m.content : null), undefined, true)],
  [
    "path",
    property(
      request((m) => m.path),
      (m, value) => {
        requestOf(m, "path").path = textOf(value);
      },
    ),
  ],
  ["uri", property(request((m) => m.uri))],
  // A request has a URL only once it is sent: see the variable `request.url`.
  ["url", property(() => null)],
  [
    "verb",
    property(
      request((m) => m.verb),
      (m, value) => {
        requestOf(m, "verb").verb = textOf(value);
      },
    ),
  ],
  [
    "version",
    property(
      (m) => m.version,
      (m, value) => {
        m.version = textOf(value);
      },
    ),
  ],
  [
    "status.code",
    property(
      response((m) => m.status),
      (m, value) => {
        responseOf(m, "status.code").status = statusCode(value);
      },
    ),
  ],
  [
    "reason.phrase",
    property(
      response((m) => m.reason),
      (m, value) => {
        responseOf(m, "reason.phrase").reason = textOf(value);
      },
    ),
  ],
]);

function base64(message: Message): string {
  return Buffer.from(message.body.bytes).toString("base64");
}

function requestOf(message: Message, name: string): RequestMessage {
  if (message instanceof RequestMessage) return message;
  throw new Unsettable(name, "it belongs to requests");
}

function responseOf(message: Message, name: string): ResponseMessage {
  if (message instanceof ResponseMessage) return message;
  throw new Unsettable(name, "it belongs to responses");
}

/** A status out of a variable's value: three digits, whether or not it can be sent. */
export function statusCode(value: Value): number {
  const number = value instanceof Float ? value.value : Number(textOf(value).trim() || Number.NaN);
  if (Number.isInteger(number) && number >= 100 && number <= 999) return number;
  throw new Unsettable("status.code", `${textOf(value)} is no HTTP status`);
}

/** Whether Workers can send a status. */
export function isSendable(status: number): boolean {
  return status >= 200 && status <= 599;
}

/** Splits `NAME`, `NAME.2`, `NAME.values`, `NAME.values.count` and `NAME.values.string`. */
function nameAndPart(text: string): { name: string; part: "" | "values" | "count" | "string" | number } {
  const [, name = text, suffix = ""] =
    /^(.+?)\.(values\.count|values\.string|values|[1-9]\d{0,5})$/s.exec(text) ?? [];
  if (suffix === "") return { name, part: "" };
  if (suffix === "values") return { name, part: "values" };
  if (suffix === "values.count") return { name, part: "count" };
  return suffix === "values.string" ? { name, part: "string" } : { name, part: Number(suffix) };
}

function headerProperty(text: string): MessageProperty {
  const { name, part } = nameAndPart(text);
  if (part === "values") return property((m) => headerValues(m.headers, name));
  if (part === "count") return property((m) => headerValues(m.headers, name).length);
  if (part === "string") return property((m) => headerText(m.headers, name));
  if (typeof part === "number") {
    return {
      readsContent: false,
      get: (m) => headerValues(m.headers, name)[part - 1] ?? null,
      set: (m, value) => setHeaderValue(m.ownHeaders, checkedName(name), part, checkedValue(name, value)),
      remove: (m) => isToken(name) && removeHeaderValue(m.ownHeaders, name, part),
    };
  }
  return {
    readsContent: false,
    get: (m) => firstHeaderValue(m.headers, name),
    set: (m, value) => m.ownHeaders.set(checkedName(name), checkedValue(name, value)),
    remove: (m) => isToken(name) && m.ownHeaders.delete(name),
  };
}

/** A header's name, or the reason why no header can be called so. */
export function checkedName(name: string): string {
  if (isToken(name)) return name;
  throw new Unsettable(`header.${name}`, "that is no valid header name");
}

/** A header's text, or the reason why no header can carry it. */
export function checkedValue(name: string, value: Value): string {
  const text = textOf(value);
  if (isHeaderValue(text)) return text;
  throw new Unsettable(`header.${name}`, "the value holds a line break");
}

/** Where a family of parameters lives. `update` writes changed parameters back. */
interface ParameterHome {
  readonly readsContent: boolean;
  read(message: Message): Parameters | null;
  update(message: Message, change: (parameters: Parameters) => void): void;
}

const queryParameters: ParameterHome = {
  readsContent: false,
  read: (message) => (message instanceof RequestMessage ? message.queryParameters : null),
  update: (message, change) => change(requestOf(message, "queryparam").queryParameters),
};

const formParameters: ParameterHome = {
  readsContent: true,
  read: (message) => message.formParameters,
  update(message, change) {
    const parameters = message.formParameters;
    change(parameters);
    message.formParameters = parameters;
  },
};

function parameterProperty(text: string, home: ParameterHome): MessageProperty {
  const { name, part } = nameAndPart(text);
  const { readsContent } = home;
  const values = (message: Message) => home.read(message)?.values(name) ?? [];
  if (part === "values") return property(values, undefined, readsContent);
  if (part === "count") return property((m) => values(m).length, undefined, readsContent);
  if (part === "string") return property((m) => values(m).join(","), undefined, readsContent);
  const index = part === "" ? 1 : part;
  return {
    readsContent,
    get: (m) => values(m)[index - 1] ?? null,
    set: (m, value) =>
      home.update(m, (parameters) => {
        if (part === "") parameters.set(name, textOf(value));
        else parameters.setAt(name, index - 1, textOf(value));
      }),
    remove: (m) =>
      home.update(m, (parameters) => {
        if (part === "") parameters.remove(name);
        else parameters.removeAt(name, index - 1);
      }),
  };
}
