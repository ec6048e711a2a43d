import { headerNames, headerValues, replaceHeader } from "../../../flow/headers.ts";
import { Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { Parameters } from "../../../flow/parameters.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { CopyParts, MessageParts, Selection, TextProperty } from "./edit.ts";
import type { EditMessage, EditOptions } from "./edit-message.ts";

/**
 * Copy: parts of one message replace the same parts of another; what a kind of message does not have is left
 * out. A message is not copied onto itself.
 */
export function buildCopy(
  { source, parts }: CopyParts,
  context: PolicyContext,
  { edited, ignoreUnresolved, faults }: EditOptions,
): EditMessage {
  const from = context.variable(source);
  if (parts.payload || !isEmpty(parts.lists.FormParams)) context.readsContentOf(source);
  if (!isEmpty(parts.lists.FormParams)) context.readsContentOf(edited);
  return function copy(flow, message) {
    const original = from.get(flow);
    if (original instanceof Message) {
      if (original !== message) copyParts(parts, original, message);
    } else if (!ignoreUnresolved) {
      throw original === null ? faults.unresolved(source) : faults.notMessage(source);
    }
  };
}

function copyParts({ lists, payload, properties }: MessageParts, from: Message, to: Message): void {
  if (payload) copyPayload(from, to);
  copyHeaders(lists.Headers, payload, from, to);
  for (const property of properties) copyProperty[property](from, to);
  if (!(from instanceof RequestMessage && to instanceof RequestMessage)) return;
  if (!isEmpty(lists.QueryParams)) copyQueryParameters(lists.QueryParams, from, to);
  if (!isEmpty(lists.FormParams)) copyFormParameters(lists.FormParams, from, to);
}

/** A whole query string is copied as it is written. */
function copyQueryParameters(selection: Selection, from: RequestMessage, to: RequestMessage): void {
  if (selection === "all" && to.query === "") {
    to.query = from.query;
    return;
  }
  to.queryParameters.setLists(chosenParameters(selection, from.queryParameters));
}

/** Without a parameter to copy the payload stays what it is. */
function copyFormParameters(selection: Selection, from: Message, to: Message): void {
  const chosen = chosenParameters(selection, from.formParameters);
  if (chosen.size === 0) return;
  const parameters = to.formParameters;
  parameters.setLists(chosen);
  to.formParameters = parameters;
}

/** The bytes as they are, with the type that says how to read them. */
function copyPayload(from: Message, to: Message): void {
  if (from.body.isOpaque || to.body.isOpaque) return;
  to.setContent(null, from.contentType || undefined);
  to.body = from.body;
}

/** Headers that describe the payload's bytes, and mean nothing without it. */
const framing = new Set(["content-length", "content-encoding", "transfer-encoding"]);

function copyHeaders(selection: Selection, withPayload: boolean, from: Message, to: Message): void {
  if (selection === "all") {
    for (const name of headerNames(from.headers)) {
      if (withPayload || !framing.has(name)) replaceHeader(to.ownHeaders, name, headerLines(from, name));
    }
    return;
  }
  for (const [name, values] of chosenValues(selection, (name, index) =>
    index === null ? headerLines(from, name) : headerValues(from.headers, name).slice(index - 1, index),
  )) {
    replaceHeader(to.ownHeaders, name, values);
  }
}

/** A header's text as it will be sent: one line, but for Set-Cookie, whose values hold commas. */
function headerLines({ headers }: Message, name: string): string[] {
  if (name.toLowerCase() === "set-cookie") return headers.getSetCookie();
  const text = headers.get(name);
  return text === null ? [] : [text];
}

function chosenParameters(
  selection: Selection,
  { lists }: Parameters,
): ReadonlyMap<string, readonly string[]> {
  if (selection === "all") return lists;
  return chosenValues(selection, (name, index) => {
    const values = lists.get(name) ?? [];
    return index === null ? values : values.slice(index - 1, index);
  });
}

/** The values that were chosen of each name that has some, so that `id.1` and `id.3` both arrive as `id`. */
function chosenValues(
  selection: Exclude<Selection, "all">,
  read: (name: string, index: number | null) => readonly string[],
): Map<string, string[]> {
  const chosen = new Map<string, string[]>();
  for (const { name, index } of selection) {
    const values = read(name, index);
    if (values.length > 0) chosen.set(name, [...(chosen.get(name) ?? []), ...values]);
  }
  return chosen;
}

function isEmpty(selection: Selection): boolean {
  return selection !== "all" && selection.length === 0;
}

const copyProperty: Record<TextProperty, (from: Message, to: Message) => void> = {
  Verb: betweenRequests((from, to) => {
    to.verb = from.verb;
  }),
  Path: betweenRequests((from, to) => {
    to.path = from.path;
  }),
  Version: (from, to) => {
    to.version = from.version;
  },
  StatusCode: betweenResponses((from, to) => {
    to.status = from.status;
  }),
  ReasonPhrase: betweenResponses((from, to) => {
    to.reason = from.reason;
  }),
};

function betweenRequests(copy: (from: RequestMessage, to: RequestMessage) => void) {
  return (from: Message, to: Message) => {
    if (from instanceof RequestMessage && to instanceof RequestMessage) copy(from, to);
  };
}

function betweenResponses(copy: (from: ResponseMessage, to: ResponseMessage) => void) {
  return (from: Message, to: Message) => {
    if (from instanceof ResponseMessage && to instanceof ResponseMessage) copy(from, to);
  };
}
