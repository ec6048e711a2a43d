import { readTemplate } from "../../connections/read-template.ts";
import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";
import type { Value } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import type { PolicyContext } from "../policy-type.ts";
import { refOf } from "./text-or-ref.ts";

/** A `<Parameter>` with its value in one of the three ways. Apigee: "FlowCallout policy" (Parameter). */
export interface ValuedParameter {
  readonly name: string;
  /** The variable that holds the value, which keeps its type. Null when the value is text. */
  readonly ref: string | null;
  /** Used as it is; also when `ref` names a variable that is not set. */
  readonly value: string | null;
  readonly template: string;
}

/** Reports InvalidTemplate. Null for one without a name, which can do nothing, with a warning: MissingName. */
export function readValuedParameter(xml: XmlElement, report: Report): ValuedParameter | null {
  const name = xml.attribute("name")?.trim() ?? "";
  const parameter = {
    name,
    ref: refOf(xml),
    value: xml.attribute("value") ?? null,
    template: readTemplate(xml.text(), xml, report),
  };
  if (name !== "") return parameter;
  report.warning("MissingName", xml, "<Parameter> has no name and no effect.", 'Write name="…" into it.');
  return null;
}

/** Null stands for a variable that is not set. */
export function compileValue(
  { ref, value, template }: ValuedParameter,
  context: PolicyContext,
): (flow: FlowContext) => Value {
  if (ref !== null) {
    const referred = context.variable(ref);
    return (flow) => referred.get(flow) ?? value;
  }
  return value === null ? context.template(template) : () => value;
}
