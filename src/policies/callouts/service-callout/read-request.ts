import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readBooleanAttribute } from "../../../documents/read.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import type { MessageEdit } from "../../parts/message-edits/edit.ts";
import { readMessageEdits, requestEdits } from "../../parts/message-edits/read.ts";

/** The element Request of a ServiceCallout. */
export interface CalloutRequest {
  /** The name of the variable that holds the message to send. */
  readonly variable: string;
  /** Whether the payload is let go after sending, and a request that the policy made is for one execution only. */
  readonly clearPayload: boolean;
  readonly ignoreUnresolved: boolean;
  readonly edits: readonly MessageEdit[];
}

/** Apigee: "ServiceCallout policy" (Request). Problems: those of the edits, PayloadWithGet, HostHeaderNotSent. */
export function readRequest(request: XmlElement | undefined, report: Report): CalloutRequest {
  const edits = request === undefined ? [] : readMessageEdits(request, report, requestEdits);
  if (request !== undefined) warnOfWhatCannotBeSent(edits, positionOf(request), report);
  return {
    variable: request?.attribute("variable")?.trim() || "servicecallout.request",
    clearPayload: request === undefined || readBooleanAttribute(request, "clearPayload", true, report),
    ignoreUnresolved: readBoolean(request?.child("IgnoreUnresolvedVariables"), false, report),
    edits,
  };
}

/** What `fetch` refuses or leaves out, as far as the configuration shows it. */
function warnOfWhatCannotBeSent(edits: readonly MessageEdit[], at: Position, report: Report): void {
  const verb = edits.findLast((edit) => edit.action === "SetProperty" && edit.property === "Verb");
  const method = verb?.action === "SetProperty" ? verb.value : "";
  if (/^(?:get|head)$/i.test(method) && edits.some(givesPayload)) {
    report.warning(
      "PayloadWithGet",
      at,
      `The request is a ${method} with a payload, which Workers cannot send: the callout fails when the payload is not empty.`,
      "Write <Verb>POST</Verb>, or remove the payload.",
    );
  }
  if (edits.some(namesHost)) {
    report.warning(
      "HostHeaderNotSent",
      at,
      "The header Host has no effect: Workers send the host of the URL.",
      "Put the host into the URL and remove the header.",
    );
  }
}

function givesPayload(edit: MessageEdit): boolean {
  if (edit.action === "SetPayload") return edit.value.trim() !== "";
  return (edit.action === "Set" || edit.action === "Add") && edit.list === "FormParams";
}

function namesHost(edit: MessageEdit): boolean {
  const setsHeaders = (edit.action === "Set" || edit.action === "Add") && edit.list === "Headers";
  return setsHeaders && edit.values.some(({ name }) => name.toLowerCase() === "host");
}
