import { faultType } from "../../../flow/fault.ts";
import type { Message } from "../../../flow/message.ts";
import { scanJson, unlimited as unlimitedJson } from "../../parts/scan-json.ts";
import { scanXml, unlimited as unlimitedXml } from "../../parts/scan-xml.ts";
import { compileSourceMessage, isJson, isXml, strictContent } from "../../parts/source-message.ts";
import { definePolicy } from "../../policy-type.ts";
import { type ExpectedDocument, judgeDocument } from "./expected-document.ts";
import { readMessageValidation } from "./read.ts";

const faults = {
  failed: faultType(
    "steps.messagevalidation.Failed",
    500,
    (policy: string, reason: string) => `MessageValidation ${policy} failed with reason: "${reason}"`,
  ),
  noMessage: faultType(
    "steps.messagevalidation.NonMessageVariable",
    500,
    (_policy: string, source: string) => `Variable ${source} does not resolve to a Message`,
  ),
  unavailable: faultType(
    "steps.messagevalidation.SourceMessageNotAvailable",
    500,
    (policy: string, source: string) => `${source} message is not available for MessageValidation: ${policy}`,
  ),
};

/**
 * Refuses JSON and XML that is not well-formed; with `<SOAPMessage>` or `<Element>` whatever is not such a document.
 * Apigee: "SOAPMessageValidation policy".
 */
export const messageValidation = definePolicy({
  element: "MessageValidation",
  variablePrefix: "messagevalidation",
  faults,

  read: readMessageValidation,

  build({ source, expected }, context) {
    const find = compileSourceMessage(source, faults, context);
    return function validateMessage(flow) {
      const wrong = wrongWith(find(flow), expected);
      if (wrong !== null) throw faults.failed(context.policy, wrong);
    };
  },
});

/** A document that is expected is XML, whatever the Content-Type says; otherwise that says what is looked at. */
function wrongWith(message: Message, expected: ExpectedDocument | null): string | null {
  if (expected) return wrongWithText(message, (text) => wrongWithDocument(text, expected));
  if (message.body.isEmpty) return null;
  if (isXml(message)) return wrongWithText(message, (text) => scanXml(text, unlimitedXml));
  return isJson(message) ? wrongWithText(message, wrongWithJson) : null;
}

function wrongWithText(message: Message, look: (text: string) => string | null): string | null {
  const text = strictContent(message);
  return text === null ? "Content is not UTF-8" : look(text);
}

function wrongWithDocument(text: string, expected: ExpectedDocument): string | null {
  const judge = judgeDocument(expected);
  return scanXml(text, unlimitedXml, judge.start) ?? judge.end();
}

function wrongWithJson(text: string): string | null {
  const threat = scanJson(text, unlimitedJson);
  return threat && `${threat.reason} at line ${threat.line}`;
}
