import { readAuthentication } from "../../connections/read-authentication.ts";
import { readBoolean } from "../../documents/read.ts";
import { buildAuthentication, type TokenHeader } from "../parts/google-authentication.ts";
import { buildAssignTo, readAssignTo } from "../parts/message-edits/assign-to.ts";
import { buildMessageEdits } from "../parts/message-edits/build.ts";
import type { MessageEdit } from "../parts/message-edits/edit.ts";
import { editFaultsOf, editFaultTypes } from "../parts/message-edits/faults.ts";
import { everyEdit, readMessageEdits } from "../parts/message-edits/read.ts";
import { definePolicy } from "../policy-type.ts";

/** How long the policy waits for a Google token. */
const TOKEN_TIMEOUT_MS = 10_000;

const faults = editFaultTypes("AssignMessage");

/**
 * Changes a message, makes a new one, or sets variables: its actions run in document order.
 * Apigee: "AssignMessage policy".
 *
 * Faults: those of {@link editFaultTypes}, `steps.assignmessage.SetVariableFailed`, and those of {@link buildAuthentication}.
 */
export const assignMessage = definePolicy({
  element: "AssignMessage",
  variablePrefix: "assignmessage",
  needs: ["google"],
  faults,

  read(xml, report) {
    const authentication = xml.child("Set")?.child("Authentication");
    return {
      edits: readMessageEdits(xml, report, everyEdit),
      authentication: authentication ? readAuthentication(authentication, report) : null,
      assignTo: readAssignTo(xml.child("AssignTo"), report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  /** URLs that it assigns to variables may be called. */
  refersTo: ({ edits }) => ({ urls: edits.flatMap(assignedTexts) }),

  build({ edits, authentication, assignTo, ignoreUnresolved }, context) {
    const own = editFaultsOf(faults, context.policy);
    const editTarget = buildAssignTo(assignTo, context, own);
    const edited = assignTo.name ?? "message";
    const edit = buildMessageEdits(edits, context, { edited, ignoreUnresolved, faults: own });
    if (authentication === null) {
      return function assign(flow) {
        editTarget(flow, edit);
      };
    }
    const authenticate = buildAuthentication(authentication, context);
    return function assignWithToken(flow) {
      const message = editTarget(flow, edit);
      const token = authenticate(flow, TOKEN_TIMEOUT_MS)(flow.target?.url ?? "");
      const set = ({ name, value }: TokenHeader) => message.ownHeaders.set(name, value);
      return token instanceof Promise ? token.then(set) : set(token);
    };
  },
});

function assignedTexts(edit: MessageEdit): string[] {
  if (edit.action !== "AssignVariable") return [];
  return [edit.value, edit.template].filter((text) => text !== null);
}
