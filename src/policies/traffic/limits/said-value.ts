import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";

/** What an element says: the variable's value where it has one, else the text; null with neither. */
export function compileSaid(
  { ref, text }: Said,
  context: PolicyContext,
): (flow: FlowContext) => string | null {
  const written = text === "" ? null : text;
  if (ref === null) return () => written;
  const { get } = context.variable(ref);
  return (flow) => {
    const value = get(flow);
    return value === null ? written : textOf(value);
  };
}

/** A whole number that is not negative and that a Java int can hold; null for anything else. */
export function readCount(text: string): number | null {
  const number = /^\+?\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number <= MOST ? number : null;
}

const MOST = 2 ** 31 - 1;
