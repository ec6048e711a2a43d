import { readAuthentication } from "../../connections/read-authentication.ts";
import type { XmlElement } from "../../documents/element.ts";
import { readBoolean, readBooleanAttribute, readOneOfAttribute } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import type { Direction, FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import { Message, RequestMessage, ResponseMessage } from "../../flow/message.ts";
import { buildAuthentication, type TokenHeader } from "../parts/google-authentication.ts";
import { buildMessageEdits } from "../parts/message-edits/build.ts";
import type { MessageEdit } from "../parts/message-edits/edit.ts";
import type { EditFaults } from "../parts/message-edits/edit-message.ts";
import { readMessageEdits } from "../parts/message-edits/read.ts";
import { definePolicy, type PolicyContext } from "../policy-type.ts";

/** How long the policy waits for a Google token. */
const TOKEN_TIMEOUT_MS = 10_000;

const faults = {
  unresolved: faultType(
    "steps.assignmessage.UnresolvedVariable",
    500,
    (policy: string, variable: string) => `AssignMessage[${policy}]: unable to resolve variable ${variable}`,
  ),
  notMessage: faultType(
    "steps.assignmessage.VariableOfNonMsgType",
    500,
    (policy: string, variable: string) =>
      `AssignMessage[${policy}]: value of variable ${variable} is not of type Message`,
  ),
};

/**
 * Changes a message, makes a new one, or sets variables: its actions run in document order.
 * Apigee: "AssignMessage policy".
 *
 * Faults: {@link faults}, `steps.assignmessage.SetVariableFailed`, and those of {@link buildAuthentication}.
 */
export const assignMessage = definePolicy({
  element: "AssignMessage",
  variablePrefix: "assignmessage",
  needs: ["google"],
  faults,

  read(xml, report) {
    const authentication = xml.child("Set")?.child("Authentication");
    return {
      edits: readMessageEdits(xml, report, { variables: true }),
      authentication: authentication ? readAuthentication(authentication, report) : null,
      assignTo: readAssignTo(xml.child("AssignTo"), report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  /** URLs that it assigns to variables may be called. */
  refersTo: ({ edits }) => ({ urls: edits.flatMap(assignedTexts) }),

  build({ edits, authentication, assignTo, ignoreUnresolved }, context) {
    const own = faultsOf(context.policy);
    const target = buildTarget(assignTo, context, own);
    const edited = assignTo.name ?? "message";
    const edit = buildMessageEdits(edits, context, { edited, ignoreUnresolved, faults: own });
    if (authentication === null) {
      return function assign(flow) {
        edit(flow, target(flow));
      };
    }
    const authenticate = buildAuthentication(authentication, context);
    return function assignWithToken(flow) {
      const message = target(flow);
      edit(flow, message);
      const token = authenticate(flow, TOKEN_TIMEOUT_MS)(flow.target?.url ?? "");
      const set = ({ name, value }: TokenHeader) => message.ownHeaders.set(name, value);
      return token instanceof Promise ? token.then(set) : set(token);
    };
  },
});

/** Which message is changed. `name` is null for the ambient message. */
interface AssignTo {
  readonly name: string | null;
  /** Null when the policy does not say: then only a message that is missing is made. */
  readonly createNew: boolean | null;
  /** Null for the kind that belongs to this part of the flow. */
  readonly type: Direction | null;
}

const KINDS: readonly Direction[] = ["request", "response"];

function readAssignTo(element: XmlElement | undefined, report: Report): AssignTo {
  if (!element) return { name: null, createNew: null, type: null };
  // The only transport is HTTP, whatever the attribute says.
  element.attribute("transport");
  return {
    name: element.text() || null,
    createNew: readBooleanAttribute(element, "createNew", null, report),
    type: readOneOfAttribute(element, "type", KINDS, null, report),
  };
}

function faultsOf(policy: string): EditFaults {
  return {
    unresolved: (variable) => faults.unresolved(policy, variable),
    notMessage: (variable) => faults.notMessage(policy, variable),
  };
}

function assignedTexts(edit: MessageEdit): string[] {
  if (edit.action !== "AssignVariable") return [];
  return [edit.value, edit.template].filter((text) => text !== null);
}

type FindMessage = (flow: FlowContext) => Message;

function buildTarget(assignTo: AssignTo, context: PolicyContext, own: EditFaults): FindMessage {
  const { name, createNew } = assignTo;
  if (createNew === true) return buildNewMessage(assignTo, context);
  if (name === null) return (flow) => flow.message;
  const { get } = context.variable(name);
  const create = createNew === false ? null : buildNewMessage(assignTo, context);
  return (flow) => {
    // In the error flow the response of the proxy is the pending error message.
    const found = name === "response" && flow.error ? flow.error : get(flow);
    if (found instanceof Message) return found;
    if (found !== null) throw own.notMessage(name);
    if (create === null) throw own.unresolved(name);
    return create(flow);
  };
}

/**
 * A new message takes the place of the variable's, or of the flow's own of its kind. Where the flow is about
 * the response, its own is a response, whatever the type says.
 */
function buildNewMessage({ name, type }: AssignTo, context: PolicyContext): FindMessage {
  const variable = context.variable(name ?? "message");
  const fixedKind = type ?? KINDS.find((kind) => kind === name);
  return (flow) => {
    const own = flow.error ? "response" : flow.direction;
    const kind = name === null && own === "response" ? own : (fixedKind ?? own);
    const message = kind === "request" ? new RequestMessage() : new ResponseMessage();
    variable.set(flow, message);
    return message;
  };
}
