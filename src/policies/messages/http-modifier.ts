import { readBoolean } from "../../documents/read.ts";
import { buildAssignTo, readAssignTo } from "../parts/message-edits/assign-to.ts";
import { buildMessageEdits } from "../parts/message-edits/build.ts";
import { editFaultsOf, editFaultTypes } from "../parts/message-edits/faults.ts";
import { type EditElements, readMessageEdits } from "../parts/message-edits/read.ts";
import { definePolicy } from "../policy-type.ts";

const faults = editFaultTypes("HTTPModifier");

const known: EditElements = {
  actions: ["Add", "Remove", "Set"],
  inSet: ["Path", "StatusCode", "Verb", "Version"],
  inCopyAndRemove: [],
};

/**
 * Changes what a message has beside its payload, or makes a new message: its actions run in document order.
 * Apigee: "HTTPModifier policy".
 *
 * Faults: those of {@link editFaultTypes}, and `steps.httpmodifier.SetVariableFailed`.
 */
export const httpModifier = definePolicy({
  element: "HTTPModifier",
  variablePrefix: "httpmodifier",
  faults,

  read: (xml, report) => ({
    edits: readMessageEdits(xml, report, known),
    assignTo: readAssignTo(xml.child("AssignTo"), report),
    ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
  }),

  build({ edits, assignTo, ignoreUnresolved }, context) {
    const own = editFaultsOf(faults, context.policy);
    const editTarget = buildAssignTo(assignTo, context, own);
    const edited = assignTo.name ?? "message";
    const edit = buildMessageEdits(edits, context, { edited, ignoreUnresolved, faults: own });
    return function modify(flow) {
      editTarget(flow, edit);
    };
  },
});
