import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import { METHODS } from "../../../egress/methods.ts";
import { isSendable, statusCode } from "../../../flow/message-properties.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import { readDelimiters } from "../read-delimiters.ts";
import {
  type MessageEdit,
  type PartName,
  type SetPayload,
  type SetProperty,
  type TextProperty,
  textProperties,
  valueLists,
} from "./edit.ts";
import { readAssignVariable } from "./read-assign-variable.ts";
import { readName } from "./read-name.ts";
import { readParts } from "./read-parts.ts";

/** The elements that a policy knows: its actions, and what they are about beside the lists of values. */
export interface EditElements {
  readonly actions: readonly string[];
  readonly inSet: readonly PartName[];
  readonly inCopyAndRemove: readonly PartName[];
}

const everyPart: readonly PartName[] = [...textProperties, "Payload"];

/** Of a request that a policy makes. */
export const requestEdits: EditElements = {
  actions: ["Add", "Copy", "Remove", "Set"],
  inSet: everyPart,
  inCopyAndRemove: everyPart,
};

/** Of a policy that sets variables, too. */
export const everyEdit: EditElements = {
  ...requestEdits,
  actions: [...requestEdits.actions, "AssignVariable"],
};

/**
 * The actions of an element, in document order. Apigee: "AssignMessage policy", "HTTPModifier policy",
 * "RaiseFault policy", "ServiceCallout policy" (Request).
 *
 * Problems: InvalidIndex, InvalidVariableName, InvalidPayload, InvalidTemplate, InvalidHeaderName,
 * InvalidStatusCode, UnknownVerb, MissingName, ResourceURLUnsupported.
 */
export function readMessageEdits(parent: XmlElement, report: Report, known: EditElements): MessageEdit[] {
  return parent.children(...known.actions).flatMap((action) => readAction(action, report, known));
}

function readAction(action: XmlElement, report: Report, known: EditElements): MessageEdit[] {
  switch (action.name) {
    case "Set":
      return readSet(action, report, known.inSet);
    case "Add":
      return action.children(...valueLists).flatMap((list) => readValues("Add", list, report));
    case "Copy": {
      const source = action.attribute("source")?.trim() || "message";
      return [{ action: "Copy", source, parts: readParts(action, report, known.inCopyAndRemove) }];
    }
    case "Remove":
      return [{ action: "Remove", parts: readParts(action, report, known.inCopyAndRemove) }];
    default:
      return readAssignVariable(action, report);
  }
}

function readSet(set: XmlElement, report: Report, known: readonly PartName[]): MessageEdit[] {
  return set.children(...valueLists, ...known).flatMap((part) => {
    if (part.name === "Payload") return readPayload(part, report);
    const property = textProperties.find((name) => name === part.name);
    return property ? readProperty(property, part, report) : readValues("Set", part, report);
  });
}

function readValues(action: "Set" | "Add", element: XmlElement, report: Report): MessageEdit[] {
  const list = valueLists.find((name) => name === element.name);
  const values = element.children(element.name.slice(0, -1)).flatMap((entry) => {
    const name = readName(entry, report);
    return name === null ? [] : { name, value: readTemplate(entry.text(), entry, report) };
  });
  return list === undefined || values.length === 0 ? [] : [{ action, list, values }];
}

/** An empty element says nothing. */
function readProperty(property: TextProperty, element: XmlElement, report: Report): SetProperty[] {
  const value = readTemplate(element.text(), element, report);
  if (value === "") return [];
  if (!value.includes("{")) checkLiteral(property, value, element, report);
  return [{ action: "SetProperty", property, value }];
}

function checkLiteral(property: TextProperty, text: string, at: XmlElement, report: Report): void {
  if (property === "StatusCode") checkStatus(text, at, report);
  if (property !== "Verb" || METHODS.has(text.toUpperCase())) return;
  report.warning(
    "UnknownVerb",
    at,
    `Workers cannot send a request with the verb ${JSON.stringify(text)}: the call fails.`,
    didYouMean(text, METHODS, "write one of the verbs of HTTP, such as GET or POST."),
  );
}

function checkStatus(text: string, at: XmlElement, report: Report): void {
  const remedy = "Write a whole number from 200 to 599, or a message template.";
  try {
    if (isSendable(statusCode(text))) return;
    const message = `Workers cannot send the status ${text}: the client gets 502 in its place.`;
    report.warning("InvalidStatusCode", at, message, remedy);
  } catch (error) {
    if (!(error instanceof Unsettable)) throw error;
    const message = `"${text}" is not an HTTP status: the policy fails wherever it runs.`;
    report.warning("InvalidStatusCode", at, message, remedy);
  }
}

function readPayload(payload: XmlElement, report: Report): SetPayload[] {
  const delimiters = readDelimiters(payload, "InvalidPayload", report);
  if (delimiters === null) return [];
  const contentType = payload.attribute("contentType");
  return [
    {
      action: "SetPayload",
      value: readTemplate(payload.markup(), payload, report, delimiters),
      ...delimiters,
      contentType: contentType ? readTemplate(contentType, payload, report) : null,
    },
  ];
}
