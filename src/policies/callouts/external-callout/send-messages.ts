import { create } from "@bufbuild/protobuf";
import type { FlowContext } from "../../../flow/context.ts";
import { splitHeader } from "../../../flow/headers.ts";
import type { RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { Parameters } from "../../../flow/parameters.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";
import {
  ErrorSchema,
  type MessageContext,
  type Request,
  RequestSchema,
  type Response,
  ResponseSchema,
  type Strings,
} from "./wire/external_callout_pb.ts";

/** The message of the flow that the policy stands in: exactly one of them. */
type SentMessages = Pick<MessageContext, "request" | "response" | "error">;

interface Parts {
  readonly headers: boolean;
  readonly content: boolean;
}

type Lists = Record<string, Strings>;

/** Messages without any value, to be copied: cheaper than making each field anew. */
const blank = {
  request: create(RequestSchema),
  response: create(ResponseSchema),
  error: create(ErrorSchema),
};

/** Compiles what describes the flow's message. Form parameters are part of the content, and sent with it. */
export function buildSentMessages(
  sends: ExternalCallout["sends"],
  context: PolicyContext,
): (flow: FlowContext) => SentMessages {
  const request = { headers: sends["with.request.headers"], content: sends["with.request.content"] };
  const response = { headers: sends["with.response.headers"], content: sends["with.response.content"] };
  if (request.content && response.content) context.readsContentOf("message");
  else if (request.content) context.readsContentOf("request");
  else if (response.content) for (const name of ["response", "error"]) context.readsContentOf(name);
  return function sentMessages(flow) {
    if (flow.error) {
      const message = flow.fault?.message ?? "";
      return { error: { ...blank.error, message, response: sentResponse(flow.error, response) } };
    }
    return flow.direction === "response" && flow.response
      ? { response: sentResponse(flow.response, response) }
      : { request: sentRequest(flow.request, request) };
  };
}

function sentRequest(message: RequestMessage, parts: Parts): Request {
  const sent = { ...blank.request, uri: message.uri, verb: message.verb, httpVersion: message.version };
  if (message.query !== "") sent.queryParams = listed(message.queryParameters);
  if (parts.headers) sent.headers = sentHeaders(message.headers);
  if (parts.content) {
    sent.content = message.content;
    sent.formParams = listed(message.formParameters);
  }
  return sent;
}

function sentResponse(message: ResponseMessage, parts: Parts): Response {
  const sent = { ...blank.response, statusCode: message.status, reasonPhrase: message.reason };
  if (parts.headers) sent.headers = sentHeaders(message.headers);
  if (parts.content) sent.content = message.content;
  return sent;
}

function sentHeaders(headers: Headers): Lists {
  const lists: Lists = Object.create(null);
  // One pass over all lines: asking for each name would cost several times as much.
  for (const [name, text] of headers) {
    const known = lists[name];
    if (known) known.strings.push(text);
    else lists[name] = strings(name === "set-cookie" ? [text] : splitHeader(name, text));
  }
  return lists;
}

/** Without a prototype: names come from outside. */
function listed(parameters: Parameters): Lists {
  const lists: Lists = Object.create(null);
  for (const name of parameters.names) lists[name] = strings(parameters.values(name));
  return lists;
}

const strings = (values: string[]): Strings => ({ $typeName: "apigee.Strings", strings: values });
