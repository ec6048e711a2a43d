import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { limitFaults } from "./faults.ts";
import { compileSaid, readCount } from "./said-value.ts";

/** Reads MessageWeight. Reports InvalidMessageWeight. */
export function readWeight(xml: XmlElement, report: Report): Said {
  const element = xml.child("MessageWeight");
  const said = readSaid(element);
  if (element && said.text !== "" && readCount(said.text) === null) {
    report.error(
      "InvalidMessageWeight",
      element,
      `Invalid message weight value ${said.text}`,
      "Write a whole number, or the name of a variable into ref.",
    );
  }
  return said;
}

/**
 * How much a message counts: 1 where nothing says anything. Throws `policies.ratelimit.InvalidMessageWeight`, also for
 * a negative one, which would give back what others have used.
 */
export function compileWeight(said: Said, context: PolicyContext): (flow: FlowContext) => number {
  const textOf = compileSaid(said, context);
  return (flow) => {
    const text = textOf(flow);
    if (text === null) return 1;
    const weight = readCount(text);
    if (weight === null) throw limitFaults.invalidWeight(text);
    return weight;
  };
}
