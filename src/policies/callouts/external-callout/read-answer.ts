import { Float } from "../../../expression/value.ts";
import { delimited, fixed64, ProtobufReader, varint } from "../../../text/protobuf/reader.ts";
import type { WireValue } from "./flow-variable.ts";
import * as fields from "./wire/fields.ts";

/** Values by the names of headers or parameters. */
export type Lists = ReadonlyMap<string, readonly string[]>;

/** Null for a variable that the server wants removed. */
export type AnsweredVariables = ReadonlyMap<string, WireValue | null>;

/** What a server may change of a message. A response has no parameters. */
export interface AnsweredMessage {
  headers: Map<string, string[]>;
  formParams: Map<string, string[]>;
  queryParams: Map<string, string[]>;
  content: string;
}

export interface AnsweredTarget {
  copyPathSuffix: boolean;
  copyQueryParams: boolean;
  expectedCn: string;
  url: string;
}

export interface AnsweredFault {
  name: string;
  text: string;
}

/** What a server may say in a MessageContext; null for messages that are not in it. */
export interface Answer {
  request: AnsweredMessage | null;
  response: AnsweredMessage | null;
  /** That of the error. */
  errorResponse: AnsweredMessage | null;
  fault: AnsweredFault | null;
  target: AnsweredTarget | null;
  readonly variables: Map<string, WireValue | null>;
}

/** Reads what the gateway looks at in a server's answer. Throws RangeError where it is no message. */
export function readAnswer(bytes: Uint8Array): Answer {
  const answer: Answer = {
    request: null,
    response: null,
    errorResponse: null,
    fault: null,
    target: null,
    variables: new Map(),
  };
  readContext(new ProtobufReader(bytes), answer);
  return answer;
}

function readContext(reader: ProtobufReader, answer: Answer): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    switch (tag) {
      case delimited(fields.context.request):
        answer.request = reader.message(readRequest, answer.request ?? newMessage());
        break;
      case delimited(fields.context.response):
        answer.response = reader.message(readResponse, answer.response ?? newMessage());
        break;
      case delimited(fields.context.error):
        reader.message(readError, answer);
        break;
      case delimited(fields.context.fault):
        answer.fault = reader.message(readFault, answer.fault ?? { name: "", text: "" });
        break;
      case delimited(fields.context.target):
        answer.target = reader.message(readTarget, answer.target ?? newTarget());
        break;
      case delimited(fields.context.additionalFlowVariables):
        reader.message(readVariable, answer.variables);
        break;
      default:
        reader.skip(tag);
    }
  }
}

function newMessage(): AnsweredMessage {
  return { headers: new Map(), formParams: new Map(), queryParams: new Map(), content: "" };
}

function newTarget(): AnsweredTarget {
  return { copyPathSuffix: false, copyQueryParams: false, expectedCn: "", url: "" };
}

function readRequest(reader: ProtobufReader, message: AnsweredMessage): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.request.headers)) reader.message(readList, message.headers);
    else if (tag === delimited(fields.request.formParams)) reader.message(readList, message.formParams);
    else if (tag === delimited(fields.request.queryParams)) reader.message(readList, message.queryParams);
    else if (tag === delimited(fields.request.content)) message.content = reader.text();
    else reader.skip(tag);
  }
}

function readResponse(reader: ProtobufReader, message: AnsweredMessage): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.response.headers)) reader.message(readList, message.headers);
    else if (tag === delimited(fields.response.content)) message.content = reader.text();
    else reader.skip(tag);
  }
}

function readError(reader: ProtobufReader, answer: Answer): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.error.response)) {
      answer.errorResponse = reader.message(readResponse, answer.errorResponse ?? newMessage());
    } else reader.skip(tag);
  }
}

function readFault(reader: ProtobufReader, fault: AnsweredFault): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.fault.name)) fault.name = reader.text();
    else if (tag === delimited(fields.fault.faultString)) fault.text = reader.text();
    else reader.skip(tag);
  }
}

function readTarget(reader: ProtobufReader, target: AnsweredTarget): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === varint(fields.target.copyPathSuffix)) target.copyPathSuffix = reader.bool();
    else if (tag === varint(fields.target.copyQueryParams)) target.copyQueryParams = reader.bool();
    else if (tag === delimited(fields.target.expectedCn)) target.expectedCn = reader.text();
    else if (tag === delimited(fields.target.url)) target.url = reader.text();
    else reader.skip(tag);
  }
}

/** An entry of a map; of several with one name the last one counts. */
function readList(reader: ProtobufReader, lists: Map<string, string[]>): void {
  let name = "";
  const items: string[] = [];
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.entry.key)) name = reader.text();
    else if (tag === delimited(fields.entry.value)) reader.message(readStrings, items);
    else reader.skip(tag);
  }
  lists.set(name, items);
}

function readStrings(reader: ProtobufReader, items: string[]): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.strings.strings)) items.push(reader.text());
    else reader.skip(tag);
  }
}

function readVariable(reader: ProtobufReader, variables: Map<string, WireValue | null>): void {
  let name = "";
  const variable: { value: WireValue | null } = { value: null };
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.entry.key)) name = reader.text();
    else if (tag === delimited(fields.entry.value)) reader.message(readValue, variable);
    else reader.skip(tag);
  }
  variables.set(name, variable.value);
}

/** One of a oneof: the last one counts. */
function readValue(reader: ProtobufReader, variable: { value: WireValue | null }): void {
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === delimited(fields.flowVariable.string)) variable.value = reader.text();
    else if (tag === varint(fields.flowVariable.int32)) variable.value = reader.int32();
    else if (tag === varint(fields.flowVariable.int64)) variable.value = reader.int64();
    else if (tag === varint(fields.flowVariable.bool)) variable.value = reader.bool();
    else if (tag === fixed64(fields.flowVariable.double)) variable.value = new Float(reader.double());
    else reader.skip(tag);
  }
}
