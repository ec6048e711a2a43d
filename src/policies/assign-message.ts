import { readAuthentication } from "../egress/read-authentication.ts";
import type { Direction, FlowContext } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { Message, RequestMessage, ResponseMessage } from "../flow/message.ts";
import { Unsettable } from "../flow/unsettable.ts";
import type { XmlElement } from "../xml/element.ts";
import { readBoolean, readBooleanAttribute, readOneOfAttribute } from "../xml/read.ts";
import type { Report } from "../xml/report.ts";
import { buildAuthentication, type TokenHeader } from "./google-authentication.ts";
import { buildMessageEdits, type EditFaults } from "./message-edits/build.ts";
import { readMessageEdits } from "./message-edits/read.ts";
import { definePolicy, type PolicyGateway } from "./policy.ts";

/** How long the policy waits for a Google token. */
const TOKEN_TIMEOUT_MS = 10_000;

/**
 * Changes a message, makes a new one, or sets variables: its actions run in document order.
 * Apigee: "AssignMessage policy".
 *
 * Faults (all 500): `steps.assignmessage.UnresolvedVariable`, `steps.assignmessage.VariableOfNonMsgType`,
 * `steps.assignmessage.SetVariableFailed`, and those of {@link buildAuthentication}.
 */
export const assignMessage = definePolicy({
  element: "AssignMessage",
  variablePrefix: "assignmessage",

  read(xml, report) {
    const authentication = xml.child("Set")?.child("Authentication");
    return {
      edits: readMessageEdits(xml, report, { variables: true }),
      authentication: authentication ? readAuthentication(authentication, report) : null,
      assignTo: readAssignTo(xml.child("AssignTo"), report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  build({ edits, authentication, assignTo, ignoreUnresolved }, gateway) {
    const faults = faultsOf(gateway.policy);
    const target = buildTarget(assignTo, gateway, faults);
    const edited = assignTo.name ?? "message";
    const edit = buildMessageEdits(edits, gateway, { edited, ignoreUnresolved, faults });
    if (authentication === null) {
      return function assign(flow) {
        edit(flow, target(flow));
      };
    }
    const authenticate = buildAuthentication(authentication, gateway);
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
    unresolved: (variable) =>
      new Fault(
        "steps.assignmessage.UnresolvedVariable",
        `AssignMessage[${policy}]: unable to resolve variable ${variable}`,
      ),
    notMessage: (variable) =>
      new Fault(
        "steps.assignmessage.VariableOfNonMsgType",
        `AssignMessage[${policy}]: value of variable ${variable} is not of type Message`,
      ),
    unsettable: (cause) =>
      new Fault(
        "steps.assignmessage.SetVariableFailed",
        `AssignMessage[${policy}]: unable to set variable ${cause.variable}`,
        { cause },
      ),
  };
}

type FindMessage = (flow: FlowContext) => Message;

function buildTarget(assignTo: AssignTo, gateway: PolicyGateway, faults: EditFaults): FindMessage {
  const { name, createNew } = assignTo;
  if (createNew === true) return buildNewMessage(assignTo, gateway, faults);
  if (name === null) return (flow) => flow.message;
  const { get } = gateway.variable(name);
  const create = createNew === false ? null : buildNewMessage(assignTo, gateway, faults);
  return (flow) => {
    // In the error flow the response of the proxy is the pending error message.
    const found = name === "response" && flow.error ? flow.error : get(flow);
    if (found instanceof Message) return found;
    if (found !== null) throw faults.notMessage(name);
    if (create === null) throw faults.unresolved(name);
    return create(flow);
  };
}

/**
 * A new message takes the place of the variable's, or of the flow's own of its kind. Where the flow is about
 * the response, its own is a response, whatever the type says.
 */
function buildNewMessage({ name, type }: AssignTo, gateway: PolicyGateway, faults: EditFaults): FindMessage {
  const variable = gateway.variable(name ?? "message");
  const fixedKind = type ?? KINDS.find((kind) => kind === name);
  return (flow) => {
    const own = flow.error ? "response" : flow.direction;
    const kind = name === null && own === "response" ? own : (fixedKind ?? own);
    const message = kind === "request" ? new RequestMessage() : new ResponseMessage();
    try {
      variable.set(flow, message);
    } catch (error) {
      throw error instanceof Unsettable ? faults.unsettable(error) : error;
    }
    return message;
  };
}
