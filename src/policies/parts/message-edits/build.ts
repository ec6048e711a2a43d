import { type Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { checkedValue, statusCode } from "../../../flow/message-properties.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { buildAssignVariable } from "./build-assign-variable.ts";
import { buildCopy } from "./build-copy.ts";
import { buildRemove } from "./build-remove.ts";
import type { MessageEdit, SetPayload, SetProperty, SetValues, TextProperty } from "./edit.ts";
import type { CompileText, EditMessage, EditOptions } from "./edit-message.ts";

/** Compiles edits into one function that does them in order. It throws the faults of `options`, and Unsettable. */
export function buildMessageEdits(
  edits: readonly MessageEdit[],
  context: PolicyContext,
  options: EditOptions,
): EditMessage {
  const template = (text: string, delimiters: { prefix?: string; suffix?: string } = {}) =>
    context.template(text, { ...delimiters, ...whenUnresolved(options) });
  const steps = edits.map((edit) => buildEdit(edit, context, options, template));
  return function editMessage(flow, message) {
    for (const step of steps) step(flow, message);
  };
}

function whenUnresolved({ ignoreUnresolved, faults }: EditOptions): {
  unresolved?: (name: string) => string;
} {
  if (ignoreUnresolved) return {};
  return {
    unresolved(name) {
      throw faults.unresolved(name);
    },
  };
}

function buildEdit(
  edit: MessageEdit,
  context: PolicyContext,
  options: EditOptions,
  template: CompileText,
): EditMessage {
  switch (edit.action) {
    case "Set":
    case "Add":
      return buildValues(edit, context, options, template);
    case "SetProperty":
      return buildProperty(edit, template);
    case "SetPayload":
      return buildPayload(edit, template);
    case "Copy":
      return buildCopy(edit, context, options);
    case "Remove":
      return buildRemove(edit, context, options);
    case "AssignVariable":
      return buildAssignVariable(edit, context, options, template);
  }
}

function buildValues(
  { action, list, values }: SetValues,
  context: PolicyContext,
  { edited }: EditOptions,
  template: CompileText,
): EditMessage {
  const entries = values.map(({ name, value }) => ({ name, text: template(value) }));
  const put = action === "Set" ? "set" : "add";
  if (list === "Headers") {
    const putHeader = action === "Set" ? "set" : "append";
    return (flow, message) => {
      for (const { name, text } of entries) {
        message.ownHeaders[putHeader](name, checkedValue(name, text(flow)));
      }
    };
  }
  if (list === "QueryParams") {
    return (flow, message) => {
      if (!(message instanceof RequestMessage)) return;
      for (const { name, text } of entries) message.queryParameters[put](name, text(flow));
    };
  }
  context.readsContentOf(edited);
  return (flow, message) => {
    if (!(message instanceof RequestMessage)) return;
    const parameters = message.formParameters;
    for (const { name, text } of entries) parameters[put](name, text(flow));
    message.formParameters = parameters;
  };
}

function buildProperty({ property, value }: SetProperty, template: CompileText): EditMessage {
  const text = template(value);
  const set = setProperty[property];
  return (flow, message) => set(message, text(flow));
}

/** A property that the kind of message does not have is left alone. */
const setProperty: Record<TextProperty, (message: Message, text: string) => void> = {
  Verb: (message, text) => {
    if (message instanceof RequestMessage) message.verb = text;
  },
  Path: (message, text) => {
    if (message instanceof RequestMessage) message.path = text;
  },
  Version: (message, text) => {
    if (message instanceof RequestMessage) message.version = text;
  },
  StatusCode: (message, text) => {
    if (message instanceof ResponseMessage) message.status = statusCode(text);
  },
  ReasonPhrase: (message, text) => {
    if (message instanceof ResponseMessage) message.reason = text;
  },
};

function buildPayload(
  { value, prefix, suffix, contentType }: SetPayload,
  template: CompileText,
): EditMessage {
  const content = template(value, { prefix, suffix });
  const type = contentType === null ? null : template(contentType);
  return (flow, message) => {
    const text = content(flow);
    message.setContent(text, type ? checkedValue("Content-Type", type(flow)) : undefined);
  };
}
