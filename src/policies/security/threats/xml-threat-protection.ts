import { readBooleanAttribute } from "../../../documents/read.ts";
import { faultType } from "../../../flow/fault.ts";
import { scanXml } from "../../parts/scan-xml.ts";
import { compileSourceMessage, isXml, strictContent } from "../../parts/source-message.ts";
import { definePolicy } from "../../policy-type.ts";
import { readLimit } from "./read-limit.ts";

const titled = (policy: string) => `XMLThreatProtection stepDefinition ${policy}:`;

const faults = {
  failed: faultType(
    "steps.xmlthreatprotection.ExecutionFailed",
    500,
    (policy: string, reason: string) =>
      `${titled(policy)} Execution failed. reason: ${titled(policy)} ${reason}`,
  ),
  unavailable: faultType(
    "steps.xmlthreatprotection.SourceUnavailable",
    500,
    (policy: string, source: string) => `${titled(policy)} Source ${source} is not available`,
  ),
  noMessage: faultType(
    "steps.xmlthreatprotection.NonMessageVariable",
    500,
    (policy: string, source: string) => `${titled(policy)} Variable ${source} does not resolve to a Message`,
  ),
};

/**
 * Refuses XML that is not well-formed, or larger or deeper than it may be, or brings a document type. A message that
 * does not call itself XML, or has no payload, passes. Apigee: "XMLThreatProtection policy".
 */
export const xmlThreatProtection = definePolicy({
  element: "XMLThreatProtection",
  variablePrefix: "xmlattack",
  faults,

  /** Problems: InvalidLimit. */
  read(xml, report) {
    const limit = (parent: string, name: string) => readLimit(xml.child(parent)?.child(name), report);
    const childCount = xml.child("StructureLimits")?.child("ChildCount");
    const counts = (attribute: string) =>
      childCount ? readBooleanAttribute(childCount, attribute, true, report) : true;
    return {
      source: xml.child("Source")?.text() || "request",
      limits: {
        names: {
          element: limit("NameLimits", "Element"),
          attribute: limit("NameLimits", "Attribute"),
          prefix: limit("NameLimits", "NamespacePrefix"),
          instruction: limit("NameLimits", "ProcessingInstructionTarget"),
        },
        depth: limit("StructureLimits", "NodeDepth"),
        attributes: limit("StructureLimits", "AttributeCountPerElement"),
        namespaces: limit("StructureLimits", "NamespaceCountPerElement"),
        children: {
          most: limit("StructureLimits", "ChildCount"),
          countsComments: counts("includeComment"),
          countsElements: counts("includeElement"),
          countsInstructions: counts("includeProcessingInstruction"),
          countsTexts: counts("includeText"),
        },
        values: {
          text: limit("ValueLimits", "Text"),
          attribute: limit("ValueLimits", "Attribute"),
          namespace: limit("ValueLimits", "NamespaceURI"),
          comment: limit("ValueLimits", "Comment"),
          instruction: limit("ValueLimits", "ProcessingInstructionData"),
        },
      },
    };
  },

  build({ source, limits }, context) {
    const { policy } = context;
    const find = compileSourceMessage(source, faults, context);
    return function protect(flow) {
      const message = find(flow);
      if (message.body.isEmpty || !isXml(message)) return;
      const text = strictContent(message);
      if (text === null) throw faults.failed(policy, "Content is not UTF-8");
      const threat = scanXml(text, limits);
      if (threat !== null) throw faults.failed(policy, threat);
    };
  },
});
