import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { type Delimiters, readDelimiters } from "../../parts/read-delimiters.ts";
import { reportMissing } from "../../parts/required.ts";
import type { PolicyContext, Text } from "../../policy-type.ts";

/** The element Message: a message template. */
export interface LoggedMessage extends Delimiters {
  readonly text: string;
}

/** Problems: MessageMissing, InvalidMessage, InvalidTemplate. */
export function readMessage(destination: XmlElement, report: Report): LoggedMessage {
  const element = destination.child("Message");
  const text = element?.markup().trim() ?? "";
  const braces = { prefix: "{", suffix: "}" };
  if (element === undefined || text === "") {
    reportMissing(destination, "Message", "MessageMissing", "the text to log", report);
    return { text, ...braces };
  }
  const delimiters = readDelimiters(element, "InvalidMessage", report) ?? braces;
  return { text: readTemplate(text, element, report, delimiters), ...delimiters };
}

export function buildMessage({ text, prefix, suffix }: LoggedMessage, context: PolicyContext): Text {
  return context.template(text, { prefix, suffix });
}
