import type { XmlElement } from "../../../documents/element.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { PolicyContext } from "../../policy-type.ts";

/** Variables that are asked in turn for a value. */
export interface NamedValue {
  readonly variables: readonly string[];
  /** Whether the policy names the variable itself. */
  readonly isChosen: boolean;
}

/** The variable that an element names by its text, or those that are asked without it. */
export function readNamedValue(xml: XmlElement, name: string, ...defaults: readonly string[]): NamedValue {
  const text = xml.child(name)?.text() ?? "";
  return text === "" ? { variables: defaults, isChosen: false } : { variables: [text], isChosen: true };
}

/** The first value that is there; the empty text when none is. */
export function compileNamedValue(
  { variables }: NamedValue,
  { variable }: PolicyContext,
): (flow: FlowContext) => string {
  const readers = variables.map((name) => variable(name).get);
  return (flow) => {
    for (const read of readers) {
      const text = textOf(read(flow));
      if (text !== "") return text;
    }
    return "";
  };
}
