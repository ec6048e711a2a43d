import { faultType } from "../../../flow/fault.ts";
import { LONGEST_VALUE, MOST_VALUES } from "../../parts/collected.ts";

/**
 * The faults of the policy. The page has their names; their texts are Sortie's own, and tell nothing of what is
 * captured. Apigee: "DataCapture policy" (error reference).
 */
export const faults = {
  DataCollectorTypeMismatch: fault(
    "DataCollectorTypeMismatch",
    "the value is not of the data collector's type",
  ),
  ExtractionFailure: fault("ExtractionFailure", "nothing matches a pattern"),
  UnresolvedVariable: fault("UnresolvedVariable", "the variable is not set"),
  VariableCountLimitExceeded: fault(
    "VariableCountLimitExceeded",
    `more than ${MOST_VALUES} values have been captured`,
  ),
  VariableValueLimitExceeded: fault(
    "VariableValueLimitExceeded",
    `the value has more than ${LONGEST_VALUE} bytes`,
  ),
  MsgContentParsingFailed: fault("MsgContentParsingFailed", "the content cannot be parsed"),
  InvalidMsgContentType: fault("InvalidMsgContentType", "the content is of another type"),
  NonMsgVariable: fault("NonMsgVariable", "the source is not a message"),
  JSONPathQueryFailed: fault("JSONPathQueryFailed", "the JSONPath finds nothing"),
  PrivateVariableAccess: fault("PrivateVariableAccess", "private variables are not captured"),
  XPathEvaluationFailed: fault("XPathEvaluationFailed", "the XPath finds nothing"),
};

export type FaultName = keyof typeof faults;

function fault(name: string, reason: string) {
  return faultType(
    `steps.datacapture.${name}`,
    500,
    (policy: string, collector: string) => `DataCapture[${policy}]: ${collector} is not captured: ${reason}`,
  );
}
