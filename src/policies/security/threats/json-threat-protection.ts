import { faultType } from "../../../flow/fault.ts";
import { scanJson } from "../../parts/scan-json.ts";
import { compileSourceMessage, isJson, strictContent } from "../../parts/source-message.ts";
import { definePolicy } from "../../policy-type.ts";
import { readLimit } from "./read-limit.ts";

const faults = {
  failed: faultType(
    "steps.jsonthreatprotection.ExecutionFailed",
    500,
    (policy: string, reason: string, line: number) =>
      `JSONThreatProtection[${policy}]: Execution failed. reason: JSONThreatProtection[${policy}]: ${reason} at line ${line}`,
  ),
  unavailable: faultType(
    "steps.jsonthreatprotection.SourceUnavailable",
    500,
    (policy: string, source: string) => `JSONThreatProtection[${policy}]: Source ${source} is not available`,
  ),
  noMessage: faultType(
    "steps.jsonthreatprotection.NonMessageVariable",
    500,
    (policy: string, source: string) =>
      `JSONThreatProtection[${policy}]: Variable ${source} does not resolve to a Message`,
  ),
};

/**
 * Refuses JSON that is not well-formed, or larger or deeper than it may be. A message that does not call itself JSON,
 * or has no payload, passes. Apigee: "JSONThreatProtection policy".
 */
export const jsonThreatProtection = definePolicy({
  element: "JSONThreatProtection",
  variablePrefix: "jsonattack",
  faults,

  /** Problems: InvalidLimit. */
  read(xml, report) {
    return {
      source: xml.child("Source")?.text() || "request",
      limits: {
        arrayElements: readLimit(xml.child("ArrayElementCount"), report),
        depth: readLimit(xml.child("ContainerDepth"), report),
        objectEntries: readLimit(xml.child("ObjectEntryCount"), report),
        nameLength: readLimit(xml.child("ObjectEntryNameLength"), report),
        stringLength: readLimit(xml.child("StringValueLength"), report),
      },
    };
  },

  build({ source, limits }, context) {
    const { policy } = context;
    const find = compileSourceMessage(source, faults, context);
    return function protect(flow) {
      const message = find(flow);
      if (message.body.isEmpty || !isJson(message)) return;
      const text = strictContent(message);
      if (text === null) throw faults.failed(policy, "Content is not UTF-8", 1);
      const threat = scanJson(text, limits);
      if (threat) throw faults.failed(policy, threat.reason, threat.line);
    };
  },
});
