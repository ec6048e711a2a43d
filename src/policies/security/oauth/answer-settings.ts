import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readBooleanAttribute, readOneOf } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";

export type AnswerFormat = "JSON" | "XML" | "FORM_PARAM";

/** How the policy answers by itself. Apigee: "OAuthV2 policy" (GenerateResponse, GenerateErrorResponse). */
export interface AnswerSettings {
  /** Null where the policy sets variables only. */
  readonly success: AnswerFormat | null;
  /** Null where a failure is a fault as any other. */
  readonly failure: AnswerFormat | null;
  /** Whether a failure is answered without entering the error state. */
  readonly answersFailure: boolean;
  /** What WWW-Authenticate says that is protected. */
  readonly realm: string | null;
  /** Whether answers are as RFC 6749 has them. */
  readonly isCompliant: boolean;
}

const FORMATS = ["JSON", "XML", "FORM_PARAM"] as const;

/** Reads how the policy answers. Reports the warnings InvalidBoolean, InvalidValue and InvalidRealm. */
export function readAnswerSettings(xml: XmlElement, report: Report): AnswerSettings {
  const success = readGenerated(xml.child("GenerateResponse"), report);
  const errors = xml.child("GenerateErrorResponse");
  const failure = readGenerated(errors, report);
  return {
    success,
    failure: failure ?? success,
    // The runner reports what is wrong with the attribute.
    answersFailure: failure !== null && xml.attribute("continueOnError")?.trim().toLowerCase() === "true",
    realm: readRealm(errors?.child("Realm"), report),
    isCompliant: readBoolean(xml.child("RFCCompliantRequestResponse"), false, report),
  };
}

/** Null where nothing is generated, as without the element. */
function readGenerated(element: XmlElement | undefined, report: Report): AnswerFormat | null {
  if (!element) return null;
  const format = readOneOf(element.child("Format"), FORMATS, "JSON", report);
  return readBooleanAttribute(element, "enabled", true, report) ? format : null;
}

/** It stands in a header between quotes. */
function readRealm(element: XmlElement | undefined, report: Report): string | null {
  const realm = element?.text() || null;
  if (!element || realm === null || /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) return realm;
  report.warning(
    "InvalidRealm",
    element,
    "<Realm> has characters that a header cannot have between quotes; it has no effect.",
    'Write letters, digits and spaces, without " and \\.',
  );
  return null;
}
