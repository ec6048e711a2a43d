import { removeHeaderValue } from "../../../flow/headers.ts";
import { type Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { Parameters } from "../../../flow/parameters.ts";
import { isToken } from "../../../text/token.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { RemoveParts, Selection, TextProperty } from "./edit.ts";
import type { EditMessage, EditOptions } from "./edit-message.ts";

/** Remove: takes parts out of a message; a property that cannot be absent becomes that of a new message. */
export function buildRemove(
  { parts }: RemoveParts,
  context: PolicyContext,
  { edited }: EditOptions,
): EditMessage {
  const { payload, properties } = parts;
  const headers = fromTheBack(parts.lists.Headers);
  const queryParameters = fromTheBack(parts.lists.QueryParams);
  const formParameters = fromTheBack(parts.lists.FormParams);
  const someFormParameters = !payload && formParameters.length > 0;
  if (someFormParameters) context.readsContentOf(edited);
  return function remove(_flow, message) {
    if (payload) message.setContent(null);
    if (message instanceof RequestMessage) {
      removeParameters(queryParameters, message.queryParameters);
      if (someFormParameters) removeFormParameters(formParameters, message);
    }
    // After the form, which only its Content-Type shows to be one.
    removeHeaders(headers, message);
    for (const property of properties) resetProperty[property](message);
  };
}

function removeFormParameters(selection: Selection, message: RequestMessage): void {
  if (!message.isForm) return;
  const parameters = message.formParameters;
  removeParameters(selection, parameters);
  message.formParameters = parameters;
}

function removeHeaders(selection: Selection, message: Message): void {
  if (selection === "all") {
    message.ownHeaders = new Headers();
    return;
  }
  for (const { name, index } of selection) {
    if (!isToken(name) || !message.headers.has(name)) continue;
    if (index === null) message.ownHeaders.delete(name);
    else removeHeaderValue(message.ownHeaders, name, index);
  }
}

function removeParameters(selection: Selection, parameters: Parameters): void {
  if (selection === "all") {
    parameters.clear();
    return;
  }
  for (const { name, index } of selection) {
    if (index === null) parameters.remove(name);
    else parameters.removeAt(name, index - 1);
  }
}

/** Later values first, so that taking one out does not renumber another that is still to be taken out. */
function fromTheBack(selection: Selection): Selection {
  return selection === "all"
    ? selection
    : selection.toSorted((first, second) => (second.index ?? 0) - (first.index ?? 0));
}

const resetProperty: Record<TextProperty, (message: Message) => void> = {
  Verb: (message) => {
    if (message instanceof RequestMessage) message.verb = "GET";
  },
  Path: (message) => {
    if (message instanceof RequestMessage) message.path = "";
  },
  Version: (message) => {
    message.version = "1.1";
  },
  StatusCode: (message) => {
    if (message instanceof ResponseMessage) message.status = 200;
  },
  ReasonPhrase: (message) => {
    if (message instanceof ResponseMessage) message.reason = "";
  },
};
