import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { type ClaimReading, compileText } from "./claims.ts";
import type { JsonObject } from "./json.ts";

/** Which headers may be critical. Format: RFC 7515 (crit). */
export interface CriticalHeaders {
  readonly known: Said;
  readonly ignores: boolean;
}

export function readCriticalHeaders(xml: XmlElement, report: Report): CriticalHeaders {
  const known = xml.child("KnownHeaders");
  return {
    known: readSaid(known),
    ignores: readBoolean(xml.child("IgnoreCriticalHeaders"), false, report, "error"),
  };
}

/** Compiles a comma-separated list. */
export function compileList(value: Said, reading: ClaimReading): (flow: FlowContext) => string[] {
  const text = compileText(value, reading);
  return (flow) =>
    (text(flow) ?? "")
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
}

/**
 * Compiles the check of critical headers; it returns their names, for the library to understand. A list that is none
 * is for the library to refuse. Faults: UnhandledCriticalHeader.
 */
export function compileCritical(
  { known, ignores }: CriticalHeaders,
  reading: ClaimReading,
): (flow: FlowContext, header: JsonObject) => Record<string, boolean> {
  const knownNames = compileList(known, reading);
  const { faults, context } = reading;
  return (flow, { crit }) => {
    if (!Array.isArray(crit)) return {};
    const names = crit.filter((name) => typeof name === "string");
    const unknown = ignores ? [] : names.filter((name) => !knownNames(flow).includes(name));
    if (unknown.length > 0) throw faults.unhandledCriticalHeader(context.policy, String(unknown[0]));
    return Object.fromEntries(names.map((name) => [name, true]));
  };
}
