import { faultType } from "../../../flow/fault.ts";
import type { EditFaults } from "./edit-message.ts";

/** Apigee: "AssignMessage policy", "HTTPModifier policy" (Runtime errors). Both are 500. */
export function editFaultTypes(element: string) {
  const fault = (name: string, text: (variable: string) => string) =>
    faultType(
      `steps.${element.toLowerCase()}.${name}`,
      500,
      (policy: string, variable: string) => `${element}[${policy}]: ${text(variable)}`,
    );
  return {
    unresolved: fault("UnresolvedVariable", (variable) => `unable to resolve variable ${variable}`),
    notMessage: fault(
      "VariableOfNonMsgType",
      (variable) => `value of variable ${variable} is not of type Message`,
    ),
  };
}

/** The faults as the edits of one policy raise them. */
export function editFaultsOf(
  { unresolved, notMessage }: ReturnType<typeof editFaultTypes>,
  policy: string,
): EditFaults {
  return {
    unresolved: (variable) => unresolved(policy, variable),
    notMessage: (variable) => notMessage(policy, variable),
  };
}
