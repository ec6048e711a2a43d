import * as v from "valibot";
import { Float, type Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { Message } from "../../../flow/message.ts";
import type { Variable } from "../../../flow/variable.ts";

/** What a script and the gateway tell each other, in JSON: what JSON has no word for has a key that says what it is. */
export const scriptValueSchema = v.union([
  v.nullable(v.union([v.string(), v.boolean(), v.number()])),
  v.strictObject({ list: v.array(v.string()) }),
  v.strictObject({ message: v.string() }),
  v.strictObject({ number: v.string() }),
  v.strictObject({ object: v.string(), text: v.string() }),
]);

export type ScriptValue = v.InferOutput<typeof scriptValueSchema>;

/** An object that a script has put into a variable: other scripts get it back, everybody else sees its text. */
class ScriptObject {
  /** JSON. */
  readonly json: string;
  readonly #text: string;

  constructor(json: string, text: string) {
    this.json = json;
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A variable's value as a script is given it. */
export function toScript(name: string, value: Value): ScriptValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return toScriptNumber(value);
  if (typeof value === "bigint") return toScriptNumber(Number(value));
  if (value instanceof Float) return toScriptNumber(value.value);
  if (value instanceof ScriptObject) return { object: value.json, text: String(value) };
  if (value instanceof Message) return { message: name };
  return isList(value) ? { list: [...value] } : String(value);
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function toScriptNumber(value: number): ScriptValue {
  return Number.isFinite(value) ? value : { number: String(value) };
}

/** The largest integer of Java's type int. */
const MAX_INT = 2 ** 31 - 1;

/**
 * What a script has set, as the variable holds it: a whole number is an integer or a long, so that templates show it
 * without a fraction.
 */
export function fromScript(
  value: ScriptValue,
  flow: FlowContext,
  variable: (name: string) => Variable,
): Value {
  if (typeof value === "number") return fromNumber(value);
  if (value === null || typeof value !== "object") return value;
  if ("message" in value) return variable(value.message).get(flow);
  if ("number" in value) return fromNumber(Number(value.number));
  if ("list" in value) return value.list;
  return new ScriptObject(value.object, value.text);
}

function fromNumber(value: number): Value {
  if (!Number.isSafeInteger(value)) return new Float(value);
  return Math.abs(value) <= MAX_INT ? value : BigInt(value);
}
