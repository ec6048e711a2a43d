import { readBoolean } from "../../documents/read.ts";
import { ResponseMessage } from "../../flow/message.ts";
import { RaisedFault } from "../../flow/raised-fault.ts";
import { buildMessageEdits } from "../parts/message-edits/build.ts";
import { everyEdit, readMessageEdits } from "../parts/message-edits/read.ts";
import { definePolicy } from "../policy-type.ts";

/** No status that HTTP has: says afterwards whether an edit set one. */
const NOT_SET = 0;

/**
 * Ends the flow with an error message of its own making. Apigee: "RaiseFault policy".
 *
 * Faults: `steps.raisefault.RaiseFault` with the status that the policy sets, 500 by default. It is raised
 * with a message of the gateway's when the policy's own message cannot be made.
 */
export const raiseFault = definePolicy({
  element: "RaiseFault",
  variablePrefix: "raisefault",

  unsettable: (cause, policy) => failed(policy, `unable to set variable ${cause.variable}`),

  read(xml, report) {
    const response = xml.child("FaultResponse");
    return {
      edits: response ? readMessageEdits(response, report, everyEdit) : [],
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), true, report),
      shortReason: readBoolean(xml.child("ShortFaultReason"), false, report),
    };
  },

  build({ edits, ignoreUnresolved, shortReason }, context) {
    const { policy } = context;
    const faultString = shortReason ? policy : `Raising fault. Fault name : ${policy}`;
    const edit = buildMessageEdits(edits, context, {
      edited: "error",
      ignoreUnresolved,
      faults: {
        unresolved: (variable) => failed(policy, `unable to resolve variable ${variable}`),
        notMessage: (variable) => failed(policy, `value of variable ${variable} is not of type Message`),
      },
    });
    return function raise(flow) {
      const response = new ResponseMessage({ status: NOT_SET });
      edit(flow, response);
      const setsStatus = response.status !== NOT_SET;
      if (!setsStatus) response.status = 500;
      throw new RaisedFault(faultString, response, setsStatus);
    };
  },
});

/** The message could not be made. */
function failed(policy: string, reason: string): RaisedFault {
  return new RaisedFault(`RaiseFault[${policy}]: ${reason}`, new ResponseMessage({ status: 500 }), false);
}
