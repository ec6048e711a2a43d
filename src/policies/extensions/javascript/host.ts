import { createHash } from "node:crypto";
import * as v from "valibot";
import type { CallOrigin } from "../../../egress/audit/record.ts";
import type { Egress } from "../../../egress/egress.ts";
import { compileDateFormat } from "../../../expression/functions/date-format.ts";
import { ExpressionError } from "../../../expression/value.ts";
import { type FlowContext, StateKey } from "../../../flow/context.ts";
import { flowState } from "../../../flow/flow-state.ts";
import { NameClash, Unsettable } from "../../../flow/unsettable.ts";
import type { Variable } from "../../../flow/variable.ts";
import { ScriptRefusal } from "../../../scripts/error.ts";
import type { ScriptHost } from "../../../scripts/execution.ts";
import { type ScriptCall, ScriptCalls, scriptCallSchema } from "./calls.ts";
import { offsetOf } from "./time-zone.ts";
import { fromScript, type ScriptValue, scriptValueSchema, toScript } from "./values.ts";
import { type XmlTree, xmlTree } from "./xml.ts";

/** What the scripts of one request share: the calls that they have begun, and what they keep for each other. */
export interface ScriptSession {
  readonly calls: ScriptCalls;
  /** JSON: what `context.session` holds. */
  kept: string;
}

const session = new StateKey<ScriptSession>();

/** The session of a request's scripts. */
function sessionOf(flow: FlowContext): ScriptSession {
  const known = flow.kept(session) ?? { calls: new ScriptCalls(), kept: "{}" };
  flow.keep(session, known);
  return known;
}

/** What a script's host needs of the policy that it belongs to. */
export interface HostOptions {
  /** Variables that the script names literally, compiled when it was loaded. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Finds a variable whose name the script computed. */
  readonly variable: (name: string) => Variable;
  readonly egress: Egress;
  readonly origin: CallOrigin;
  /** Takes a line that the script prints. */
  print(flow: FlowContext, text: string): void;
}

/** How much the scripts of one step may print, in characters. The rest is left out. */
const MAX_PRINTED = 64 * 1024;

/** How much XML the scripts of one step may parse, in characters: the engine's own count knows nothing of it. */
const MAX_PARSED = 2 * 1024 * 1024;

/** How large what `context.session` keeps may be, in characters. */
const MAX_KEPT = 256 * 1024;

/** Answers what a script asks, by the operations that `world.sandbox.js` knows. */
export function hostFor(
  flow: FlowContext,
  { variables, variable, egress, origin, print }: HostOptions,
): ScriptHost {
  const find = (name: string) => variables.get(name) ?? variable(name);
  let printed = 0;
  let parsed = 0;

  function answer(operation: string, values: readonly unknown[]): unknown {
    const [first, second, third] = values;
    switch (operation) {
      case "get":
        return toScript(text(first), find(text(first)).get(flow));
      case "set":
        return assign(flow, find(text(first)), fromScript(checkedValue(second), flow, find));
      case "remove":
        return remove(flow, find(text(first)));
      case "flow":
        return flowState(flow);
      case "seed":
        return [...crypto.getRandomValues(new Int32Array(4))];
      case "session":
        return sessionOf(flow).kept;
      case "print":
        return printSome(text(first));
      case "send":
        return sessionOf(flow).calls.begin(checkedCall(first), flow, egress, origin);
      case "outcome":
        return sessionOf(flow).calls.outcome(number(first));
      case "keep":
        return keep(flow, text(first));
      case "hash":
        return digest(text(first), text(second), text(third));
      case "parse xml":
        return parseXml(text(first));
      case "format date":
        return dateText(text(first), text(second), number(third));
      case "url part":
        return targetUrl(flow)?.[urlPart(text(first))].replace(/:$/, "") ?? null;
      case "set url part":
        return setUrlPart(flow, urlPart(text(first)), text(second));
      default:
        throw new ScriptRefusal(`there is no ${operation}`);
    }
  }

  function printSome(text: string): void {
    const shown = text.slice(0, MAX_PRINTED - printed);
    printed += shown.length;
    if (shown !== "" || text === "") print(flow, shown);
  }

  function parseXml(text: string): XmlTree {
    parsed += text.length;
    if (parsed > MAX_PARSED) throw new ScriptRefusal(`a step may parse ${MAX_PARSED} characters of XML`);
    return xmlTree(text);
  }

  return (request) => {
    const [operation, ...values] = asked(request);
    if (operation !== "wait") return JSON.stringify(answer(text(operation), values)) ?? null;
    return sessionOf(flow)
      .calls.settled(number(values[0]))
      .then(() => null);
  };
}

// A script that has changed its world may send anything.

function asked(request: string): unknown[] {
  try {
    const values: unknown = JSON.parse(request);
    if (Array.isArray(values)) return values;
  } catch {
    // Told below.
  }
  throw new ScriptRefusal("the world of the script is damaged");
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new ScriptRefusal("a text is missing");
}

function number(value: unknown): number {
  if (typeof value === "number") return value;
  throw new ScriptRefusal("a number is missing");
}

function checkedValue(value: unknown): ScriptValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  const result = v.safeParse(scriptValueSchema, value);
  if (result.success) return result.output;
  throw new ScriptRefusal("the value is none that a variable can have");
}

function checkedCall(value: unknown): ScriptCall {
  const result = v.safeParse(scriptCallSchema, value);
  if (result.success) return result.output;
  throw new ScriptRefusal("the request is not complete");
}

const ALGORITHMS = new Set(["md5", "sha1", "sha256", "sha512"]);

function digest(algorithm: string, encoding: string, content: string): string {
  if (!ALGORITHMS.has(algorithm)) throw new ScriptRefusal(`there is no hash ${algorithm}`);
  return createHash(algorithm)
    .update(content, "utf8")
    .digest(encoding === "base64" ? "base64" : "hex");
}

/**
 * Unlike other policies, scripts may give a variable a name that another's begins with: Apigee's documentation speaks of
 * that only for AssignMessage and ExtractVariables.
 */
function assign(flow: FlowContext, { name, set }: Variable, value: ReturnType<typeof fromScript>): void {
  try {
    set(flow, value);
  } catch (error) {
    if (error instanceof NameClash) flow.variables.set(name, value ?? "");
    else throw refusalOf(error);
  }
}

function remove(flow: FlowContext, variable: Variable): void {
  try {
    variable.remove(flow);
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  return error instanceof Unsettable ? new ScriptRefusal(error.message, { cause: error }) : error;
}

function keep(flow: FlowContext, json: string): void {
  if (json.length > MAX_KEPT) throw new ScriptRefusal(`context.session may hold ${MAX_KEPT} characters`);
  sessionOf(flow).kept = json;
}

function dateText(format: string, zone: string, ms: number): string {
  const date = new Date(ms + offsetOf(zone, ms));
  if (Number.isNaN(date.getTime())) throw new ScriptRefusal("the date is not valid");
  try {
    return compileDateFormat(format)(date);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ScriptRefusal(error.message, { cause: error });
    throw error;
  }
}

type UrlPart = "protocol" | "hostname" | "port";

function urlPart(name: string): UrlPart {
  if (name === "protocol" || name === "hostname" || name === "port") return name;
  throw new ScriptRefusal(`a URL has no ${name}`);
}

/** Where the request goes: to the target once it is known, before that to where the client has sent it. */
function targetUrl(flow: FlowContext): URL | null {
  return URL.parse(flow.target?.url ?? flow.url);
}

function setUrlPart(flow: FlowContext, part: UrlPart, value: string): void {
  const url = targetUrl(flow);
  if (!url || !flow.target) throw new ScriptRefusal("there is no target whose URL could be changed");
  url[part] = value;
  flow.target.url = url.href;
}
