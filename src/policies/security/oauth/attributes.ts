import type { TokenAttribute } from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { requestFaults } from "./faults.ts";

/** How many attributes a token can have. */
export const MOST_ATTRIBUTES = 18;

/** How many characters a value can have: clients may choose it. */
const LONGEST_VALUE = 2048;

export interface SaidAttribute {
  readonly name: string;
  readonly said: Said;
  readonly display: boolean;
}

/** Reads `<Attributes>`. Reports TooManyAttributes, and the warning MissingName. */
export function readAttributes(xml: XmlElement, report: Report): readonly SaidAttribute[] {
  const element = xml.child("Attributes");
  const attributes = (element?.children("Attribute") ?? []).flatMap((attribute) => {
    const name = attribute.attribute("name")?.trim() ?? "";
    const said = readSaid(attribute);
    const display = readBooleanAttribute(attribute, "display", true, report);
    if (name !== "") return [{ name, said, display }];
    report.warning(
      "MissingName",
      attribute,
      "<Attribute> has no name and no effect.",
      'Write name="…" into it.',
    );
    return [];
  });
  if (element && attributes.length > MOST_ATTRIBUTES) {
    const message = `<Attributes> has ${attributes.length} attributes, and a token at most ${MOST_ATTRIBUTES}.`;
    report.error(
      "TooManyAttributes",
      element,
      message,
      "Keep those that are read; an attribute may hold JSON.",
    );
  }
  return attributes;
}

/** Compiles the attributes of a token; one whose variable has no value and that has no text is not there. */
export function compileAttributes(
  attributes: readonly SaidAttribute[],
  context: PolicyContext,
): (flow: FlowContext) => readonly TokenAttribute[] {
  const compiled = attributes.map(({ said, ...attribute }) => ({
    ...attribute,
    text: compileSaid(said, context),
  }));
  return (flow) =>
    compiled.flatMap(({ name, display, text }) => {
      const value = text(flow);
      if (value === null) return [];
      if (value.length > LONGEST_VALUE) throw requestFaults.tooLong(`The attribute ${name}`);
      return [{ name, value, display }];
    });
}
