import { buildConversion, conversionFaults, readConversionPath } from "../../parts/conversion.ts";
import { parseExactJson } from "../../parts/exact-json.ts";
import { definePolicy } from "../../policy-type.ts";
import { readXmlOptions } from "./options.ts";
import { NotXml, jsonToXml as toXml } from "./to-xml.ts";

const faults = conversionFaults("JSONToXML", "steps.json2xml");

/**
 * Converts a message from JSON to XML; one whose Content-Type is another stays as it is. Apigee: "JSONToXML policy".
 *
 * Faults: those of {@link conversionFaults}.
 */
export const jsonToXml = definePolicy({
  element: "JSONToXML",
  variablePrefix: "jsontoxml",
  faults,

  read: (xml, report) => ({ path: readConversionPath(xml), options: readXmlOptions(xml, report) }),

  build({ path, options }, context) {
    const convert = (content: string) => {
      try {
        return toXml(parseExactJson(content), options);
      } catch (error) {
        if (!(error instanceof NotXml || error instanceof SyntaxError || error instanceof RangeError))
          throw error;
        const reason = error instanceof NotXml ? error.message : "The content is not valid JSON";
        throw faults.executionFailed(context.policy, reason).causedBy(error);
      }
    };
    return buildConversion(
      path,
      { faults, accepts: isJson, contentType: "application/xml", convert },
      context,
    );
  },
});

function isJson(mediaType: string): boolean {
  return mediaType === "application/json" || mediaType.endsWith("+json");
}
