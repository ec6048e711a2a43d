import type { MessageInitShape } from "@bufbuild/protobuf";
import type { FlowContext } from "../../flow/context.ts";
import { headerNames, headerValues } from "../../flow/headers.ts";
import type { Message, RequestMessage, ResponseMessage } from "../../flow/message.ts";
import type { Parameters } from "../../flow/parameters.ts";
import type { PolicyGateway } from "../policy.ts";
import type { ExternalCallout } from "./read.ts";
import type { MessageContextSchema, RequestSchema, ResponseSchema } from "./wire/external_callout_pb.ts";

/** The message of the flow that the policy stands in: exactly one of them. */
type SentMessages = Pick<MessageInitShape<typeof MessageContextSchema>, "request" | "response" | "error">;

interface Parts {
  readonly headers: boolean;
  readonly content: boolean;
}

type Lists = Record<string, { strings: string[] }>;

/** Compiles what describes the flow's message. Form parameters are part of the content, and sent with it. */
export function buildSentMessages(
  sends: ExternalCallout["sends"],
  gateway: PolicyGateway,
): (flow: FlowContext) => SentMessages {
  const request = { headers: sends["with.request.headers"], content: sends["with.request.content"] };
  const response = { headers: sends["with.response.headers"], content: sends["with.response.content"] };
  if (request.content && response.content) gateway.readsContentOf("message");
  else if (request.content) gateway.readsContentOf("request");
  else if (response.content) for (const name of ["response", "error"]) gateway.readsContentOf(name);
  return function sentMessages(flow) {
    if (flow.error) {
      return { error: { message: flow.fault?.message ?? "", response: sentResponse(flow.error, response) } };
    }
    return flow.direction === "response" && flow.response
      ? { response: sentResponse(flow.response, response) }
      : { request: sentRequest(flow.request, request) };
  };
}

function sentRequest(message: RequestMessage, parts: Parts): MessageInitShape<typeof RequestSchema> {
  return {
    uri: message.uri,
    verb: message.verb,
    httpVersion: message.version,
    queryParams: message.query === "" ? {} : listed(message.queryParameters),
    ...(parts.content && { content: message.content, formParams: listed(message.formParameters) }),
    ...(parts.headers && { headers: sentHeaders(message) }),
  };
}

function sentResponse(message: ResponseMessage, parts: Parts): MessageInitShape<typeof ResponseSchema> {
  return {
    statusCode: message.status,
    reasonPhrase: message.reason,
    ...(parts.content && { content: message.content }),
    ...(parts.headers && { headers: sentHeaders(message) }),
  };
}

function sentHeaders({ headers }: Message): Lists {
  return lists(headerNames(headers), (name) => headerValues(headers, name));
}

function listed(parameters: Parameters): Lists {
  return lists(parameters.names, (name) => parameters.values(name));
}

/** Without a prototype: names come from outside. */
function lists(names: readonly string[], values: (name: string) => string[]): Lists {
  const all: Lists = Object.create(null);
  for (const name of names) all[name] = { strings: values(name) };
  return all;
}
