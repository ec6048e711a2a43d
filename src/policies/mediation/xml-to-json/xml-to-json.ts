import { ExpressionError } from "../../../expression/value.ts";
import { buildConversion, conversionFaults, readConversionPath } from "../../parts/conversion.ts";
import { definePolicy } from "../../policy-type.ts";
import { readJsonOptions } from "./options.ts";
import { xmlToJson as toJson } from "./to-json.ts";

const faults = conversionFaults("XMLToJSON", "steps.xml2json");

/**
 * Converts a message from XML to JSON; one whose Content-Type is another stays as it is. Apigee: "XMLToJSON policy".
 *
 * Faults: those of {@link conversionFaults}.
 */
export const xmlToJson = definePolicy({
  element: "XMLToJSON",
  variablePrefix: "xmltojson",
  faults,

  read: (xml, report) => ({ path: readConversionPath(xml), options: readJsonOptions(xml, report) }),

  build({ path, options }, context) {
    const fail = (reason: string) => faults.executionFailed(context.policy, reason);
    const convert = (content: string) => {
      if (content.trim() === "") {
        throw fail("Premature end of document while parsing at line 1(possibly  around char 0)");
      }
      try {
        return toJson(content, options);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        throw fail(error.message).causedBy(error);
      }
    };
    return buildConversion(
      path,
      { faults, accepts: isXml, contentType: "application/json", convert },
      context,
    );
  },
});

function isXml(mediaType: string): boolean {
  return mediaType === "application/xml" || mediaType === "text/xml" || mediaType.endsWith("+xml");
}
