import { textOf, type Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Fault } from "../../../flow/fault.ts";
import type { Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { TokenFaults } from "./faults.ts";
import { type Json, type JsonObject, parseObject } from "./json.ts";
import type { Claim, Claims } from "./read-claims.ts";

/** A claim with its value. Without one it is undefined: no variable holds it, and there is no text. */
export type NamedValue = readonly [name: string, value: Json | undefined];

/** What reading claims needs besides variables. */
export interface ClaimReading {
  readonly faults: TokenFaults;
  readonly context: PolicyContext;
  readonly ignoreUnresolved: boolean;
}

/**
 * Compiles a text that is compared or written; null where its variable is not set and that may be.
 * @param own what the policy's own text becomes
 */
export function compileText(
  { ref, text }: Said,
  { faults, context, ignoreUnresolved }: ClaimReading,
  own: (flow: FlowContext) => string = () => text,
): (flow: FlowContext) => string | null {
  if (ref === null) return own;
  const { get } = context.variable(ref);
  return (flow) => {
    const found = get(flow);
    if (found !== null) return textOf(found);
    if (text !== "") return own(flow);
    if (!ignoreUnresolved) throw faults.unresolved(context.policy, ref);
    return null;
  };
}

/** Compiles additional claims or headers: first those of the JSON object, then those with a name of their own. */
export function compileClaims(
  { ref, claims }: Claims,
  reading: ClaimReading,
): (flow: FlowContext) => NamedValue[] {
  const { faults, context } = reading;
  const named = claims.map((claim) => compileClaim(claim, reading));
  if (ref === null) return (flow) => named.map((value) => value(flow));
  const object = compileText({ ref, text: "" }, reading);
  return (flow) => {
    const json = object(flow);
    const held = json === null ? {} : parseObject(json);
    if (held === null) throw faults.invalidJson(context.policy);
    return [...Object.entries(held), ...named.map((value) => value(flow))];
  };
}

function compileClaim(claim: Claim, reading: ClaimReading): (flow: FlowContext) => NamedValue {
  const { name, ref, text, type } = claim;
  const { faults, context, ignoreUnresolved } = reading;
  const fail = () => faults.invalidClaim(context.policy, name);
  const ownText = type === "map" ? context.template(text) : () => text;
  if (ref === null) return (flow) => [name, text === "" ? undefined : typed(ownText(flow), claim, fail)];
  const { get } = context.variable(ref);
  return (flow) => {
    const value = get(flow);
    if (value !== null) return [name, typed(value, claim, fail)];
    if (text !== "") return [name, typed(ownText(flow), claim, fail)];
    if (!ignoreUnresolved) throw faults.unresolved(context.policy, ref);
    return [name, undefined];
  };
}

/** A value as its type says. What it holds is never taken for a template: anybody may have written it. */
function typed(value: Value, { type, isArray }: Claim, fail: () => Fault): Json {
  if (!isArray) return single(textOf(value), type, fail);
  const items = Array.isArray(value) ? value.map(String) : textOf(value).split(",");
  return items.map((item) => single(item.trim(), type, fail));
}

function single(text: string, type: Claim["type"], fail: () => Fault): Json {
  if (type === "string") return text;
  const word = text.trim();
  if (type === "boolean" && /^(?:true|false)$/i.test(word)) return word.toLowerCase() === "true";
  if (type === "number" && word !== "" && Number.isFinite(Number(word))) return Number(word);
  const object = type === "map" ? parseObject(word) : null;
  if (object === null) throw fail();
  return object;
}

/** Whether two JSON values are equal; the order of an object's members does not matter, nor that of a list's. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  return isStructure(a) && isStructure(b) && canonical(a) === canonical(b);
}

/** The same text for equal values. */
function canonical(value: Json): string {
  if (!isStructure(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  const members = Object.entries(value).map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`);
  return `{${members.sort().join()}}`;
}

function isStructure(value: Json | undefined): value is readonly Json[] | JsonObject {
  return typeof value === "object" && value !== null;
}
