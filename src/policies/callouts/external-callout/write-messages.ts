import type { FlowContext } from "../../../flow/context.ts";
import { splitHeader } from "../../../flow/headers.ts";
import type { RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { Parameters } from "../../../flow/parameters.ts";
import type { ProtobufWriter } from "../../../text/protobuf/writer.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";
import * as fields from "./wire/fields.ts";

/** What of a message goes to the server, beside what always does. */
interface Parts {
  readonly headers: boolean;
  readonly content: boolean;
}

/** What the server got to see of the flow's message: exactly one of them. */
export interface SentMessage {
  readonly kind: "request" | "response" | "error";
  readonly sent: Parts;
  /** Empty where it was not sent. */
  readonly content: string;
}

/** Compiles what writes the flow's message. Form parameters are part of the content, and sent with it. */
export function buildSentMessage(
  sends: ExternalCallout["sends"],
  { readsContentOf }: PolicyContext,
): (flow: FlowContext, writer: ProtobufWriter) => SentMessage {
  const ofRequest = { headers: sends["with.request.headers"], content: sends["with.request.content"] };
  const ofResponse = { headers: sends["with.response.headers"], content: sends["with.response.content"] };
  if (ofRequest.content && ofResponse.content) readsContentOf("message");
  else if (ofRequest.content) readsContentOf("request");
  else if (ofResponse.content) for (const name of ["response", "error"]) readsContentOf(name);
  return function writeMessage(flow, writer) {
    if (flow.error) {
      const start = writer.begin(fields.context.error);
      writer.text(fields.error.message, flow.fault?.message ?? "");
      const content = writeResponse(writer, fields.error.response, flow.error, ofResponse);
      writer.end(start);
      return { kind: "error", sent: ofResponse, content };
    }
    if (flow.direction === "response" && flow.response) {
      const content = writeResponse(writer, fields.context.response, flow.response, ofResponse);
      return { kind: "response", sent: ofResponse, content };
    }
    return { kind: "request", sent: ofRequest, content: writeRequest(writer, flow.request, ofRequest) };
  };
}

/** Returns the content that was sent. */
function writeRequest(writer: ProtobufWriter, message: RequestMessage, parts: Parts): string {
  const start = writer.begin(fields.context.request);
  writer.text(fields.request.uri, message.uri);
  writer.text(fields.request.verb, message.verb);
  writer.text(fields.request.httpVersion, message.version);
  if (parts.headers) writeHeaders(writer, fields.request.headers, message.headers);
  if (message.query !== "") writeParameters(writer, fields.request.queryParams, message.queryParameters);
  const content = parts.content ? message.content : "";
  if (parts.content) writeParameters(writer, fields.request.formParams, message.formParameters);
  writer.text(fields.request.content, content);
  writer.end(start);
  return content;
}

/** The same of a response. */
function writeResponse(
  writer: ProtobufWriter,
  field: number,
  message: ResponseMessage,
  parts: Parts,
): string {
  const start = writer.begin(field);
  writer.int32(fields.response.statusCode, message.status);
  writer.text(fields.response.reasonPhrase, message.reason);
  if (parts.headers) writeHeaders(writer, fields.response.headers, message.headers);
  const content = parts.content ? message.content : "";
  writer.text(fields.response.content, content);
  writer.end(start);
  return content;
}

function writeHeaders(writer: ProtobufWriter, field: number, headers: Headers): void {
  const cookies: string[] = [];
  // One pass over all lines: asking for each name would cost several times as much.
  for (const [name, text] of headers) {
    if (name === "set-cookie") cookies.push(text);
    else writeList(writer, field, name, splitHeader(name, text));
  }
  if (cookies.length > 0) writeList(writer, field, "set-cookie", cookies);
}

function writeParameters(writer: ProtobufWriter, field: number, parameters: Parameters): void {
  for (const [name, values] of parameters.lists) writeList(writer, field, name, values);
}

/** An entry of a map whose values are lists. */
function writeList(writer: ProtobufWriter, field: number, name: string, items: readonly string[]): void {
  const start = writer.begin(field);
  writer.item(fields.entry.key, name);
  const list = writer.begin(fields.entry.value);
  for (const item of items) writer.item(fields.strings.strings, item);
  writer.end(list);
  writer.end(start);
}
