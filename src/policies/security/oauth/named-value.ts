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
  const readers = variables.map((name) => {
    if (name.startsWith(QUERY)) return queryParameter(name.slice(QUERY.length));
    const { get } = variable(name);
    return (flow: FlowContext) => textOf(get(flow));
  });
  return (flow) => {
    for (const read of readers) {
      const text = read(flow);
      if (text !== "") return text;
    }
    return "";
  };
}

const QUERY = "request.queryparam.";

/** A parameter as a client of OAuth writes it, with a plus for a space. Format: RFC 6749, appendix B. */
function queryParameter(name: string): (flow: FlowContext) => string {
  return ({ request }) => new URLSearchParams(request.query).get(name) ?? "";
}
