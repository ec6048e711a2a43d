import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute, readOneOfAttribute } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { Direction, FlowContext } from "../../../flow/context.ts";
import { Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { flowMessages } from "../../../flow/variable.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { EditFaults, EditMessage } from "./edit-message.ts";

/** Which message is changed. `name` is null for the ambient message. Apigee: "AssignMessage policy" (AssignTo). */
export interface AssignTo {
  readonly name: string | null;
  /** Null when the policy does not say: then only a message that is missing is made. */
  readonly createNew: boolean | null;
  /** Null for the kind that belongs to this part of the flow. */
  readonly type: Direction | null;
}

const KINDS: readonly Direction[] = ["request", "response"];

/** Reads `<AssignTo>`. Reports the warnings InvalidBoolean and InvalidValue. */
export function readAssignTo(element: XmlElement | undefined, report: Report): AssignTo {
  if (!element) return { name: null, createNew: null, type: null };
  // The only transport is HTTP, whatever the attribute says.
  element.attribute("transport");
  return {
    name: element.text() || null,
    createNew: readBooleanAttribute(element, "createNew", null, report),
    type: readOneOfAttribute(element, "type", KINDS, null, report),
  };
}

/** Edits the message that is meant, and returns it. */
type EditTarget = (flow: FlowContext, edit: EditMessage) => Message;

/** Compiles how the message is found or made, and edited. What it returns throws `faults`. */
export function buildAssignTo(assignTo: AssignTo, context: PolicyContext, faults: EditFaults): EditTarget {
  const { name, createNew } = assignTo;
  if (createNew === true) return buildNewMessage(assignTo, context);
  if (name === null) return (flow, edit) => edited(flow, flow.message, edit);
  const { get } = context.variable(name);
  const create = createNew === false ? null : buildNewMessage(assignTo, context);
  return (flow, edit) => {
    // In the error flow the response of the proxy is the pending error message.
    const found = name === "response" && flow.error ? flow.error : get(flow);
    if (found instanceof Message) return edited(flow, found, edit);
    if (found !== null) throw faults.notMessage(name);
    if (create === null) throw faults.unresolved(name);
    return create(flow, edit);
  };
}

function edited(flow: FlowContext, message: Message, edit: EditMessage): Message {
  edit(flow, message);
  return message;
}

/**
 * A new message takes the place of the variable's, or of the flow's own of its kind. Where the flow is about
 * the response, its own is a response, whatever the type says. Until the flow's own is made, `{request.content}` and the
 * like are about the one that it replaces: published policies wrap that one's content.
 */
function buildNewMessage({ name, type }: AssignTo, context: PolicyContext): EditTarget {
  const variable = context.variable(name ?? "message");
  const isFlowsOwn = flowMessages.has(variable.name);
  const fixedKind = type ?? KINDS.find((kind) => kind === name);
  return (flow, edit) => {
    const own = flow.error ? "response" : flow.direction;
    const kind = name === null && own === "response" ? own : (fixedKind ?? own);
    const message = kind === "request" ? new RequestMessage() : new ResponseMessage();
    if (!isFlowsOwn) variable.set(flow, message);
    edit(flow, message);
    if (isFlowsOwn) variable.set(flow, message);
    return message;
  };
}
