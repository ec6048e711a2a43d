import type { XmlElement } from "../../documents/element.ts";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import type { PolicyContext } from "../policy-type.ts";

/** A text, or the name of the variable that holds it. */
export type TextOrRef = { readonly text: string } | { readonly ref: string };

/** An element with a text, or with the attribute `ref`, which counts when both are there. */
export function readTextOrRef(element: XmlElement): TextOrRef {
  const ref = refOf(element);
  return ref === null ? { text: element.text() } : { ref };
}

/** The variable that the attribute `ref` names; null when it names none. */
export function refOf(element: XmlElement | undefined): string | null {
  return element?.attribute("ref")?.trim() || null;
}

/** A variable without a value is empty text. */
export function compileTextOrRef(value: TextOrRef, context: PolicyContext): (flow: FlowContext) => string {
  if ("text" in value) return () => value.text;
  const { get } = context.variable(value.ref);
  return (flow) => textOf(get(flow));
}
