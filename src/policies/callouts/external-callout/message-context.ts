import { ROOM_BYTES } from "../../../egress/grpc/unary-protocol.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext, Target } from "../../../flow/context.ts";
import { ProtobufWriter } from "../../../text/protobuf/writer.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { WireValue } from "./flow-variable.ts";
import type { ExternalCallout } from "./read.ts";
import { buildSentVariables, type SentVariables } from "./sent-variables.ts";
import * as fields from "./wire/fields.ts";
import { buildSentMessage, type SentMessage } from "./write-messages.ts";

/** What goes to the server, and what its answer is compared with. */
export interface SentContext {
  /** A MessageContext behind ROOM_BYTES free ones. */
  readonly bytes: Uint8Array;
  readonly message: SentMessage;
  readonly variables: SentVariables;
}

/**
 * Compiles what describes an exchange to the server. Apigee: "ExternalCallout policy" and its gRPC definition.
 * What Workers do not know (a client certificate's fields, the target's address) stays empty.
 */
export function buildMessageContext(
  { sends, variablePrefixes }: ExternalCallout,
  context: PolicyContext,
): (flow: FlowContext) => SentContext {
  const writeMessage = buildSentMessage(sends, context);
  const collectVariables = buildSentVariables(variablePrefixes, context);
  const writeTarget = buildTarget(context);
  return function describeExchange(flow) {
    const writer = new ProtobufWriter(ROOM_BYTES);
    const message = writeMessage(flow, writer);
    writeSurroundings(flow, writer);
    if (flow.target) writeTarget(flow, flow.target, writer);
    const variables = collectVariables(flow);
    for (const [name, value] of variables) writeVariable(writer, name, value);
    return { bytes: writer.finish(), message, variables };
  };
}

function writeSurroundings(flow: FlowContext, writer: ProtobufWriter): void {
  const { identity, exchange, route } = flow;
  const { ip, host, port, scheme } = exchange.client;

  let start = writer.begin(fields.context.apiProxy);
  writer.text(fields.apiProxy.name, identity.proxy);
  writer.text(fields.apiProxy.revision, identity.revision);
  writer.end(start);

  start = writer.begin(fields.context.client);
  writer.text(fields.client.host, host);
  writer.text(fields.client.ip, ip);
  if (port !== null) writer.int32(fields.client.port, port);
  writer.text(fields.client.scheme, scheme);
  if (scheme === "https") writer.bool(fields.client.sslEnabled, true);
  writer.end(start);

  start = writer.begin(fields.context.currentFlow);
  writer.text(fields.currentFlow.name, flow.flowName);
  writer.text(fields.currentFlow.description, flow.flowDescription);
  writer.end(start);

  writer.text(fields.context.messageId, exchange.id);
  writer.text(fields.context.organizationName, identity.organization);
  writer.text(fields.context.environmentName, identity.environment);

  start = writer.begin(fields.context.proxy);
  writer.text(fields.proxy.endpointName, identity.endpoint);
  writer.text(fields.proxy.clientIp, ip);
  writer.text(fields.proxy.basePath, identity.basePath);
  writer.text(fields.proxy.pathSuffix, flow.pathSuffix);
  writer.text(fields.proxy.url, flow.url);
  writer.end(start);

  if (route) {
    start = writer.begin(fields.context.route);
    writer.text(fields.route.name, route.name);
    writer.text(fields.route.target, route.target);
    writer.end(start);
  }
}

function buildTarget(
  context: PolicyContext,
): (flow: FlowContext, target: Target, writer: ProtobufWriter) => void {
  const variable = (name: string) => {
    const { get } = context.variable(`target.${name}`);
    return (flow: FlowContext) => textOf(get(flow));
  };
  const [basePath, host, name] = [variable("basepath"), variable("host"), variable("name")];
  const [port, scheme, url] = [variable("port"), variable("scheme"), variable("url")];
  return function writeTarget(flow, target, writer) {
    const start = writer.begin(fields.context.target);
    writer.text(fields.target.basePath, basePath(flow));
    writer.bool(fields.target.copyPathSuffix, target.copyPathSuffix);
    writer.bool(fields.target.copyQueryParams, target.copyQueryParams);
    writer.text(fields.target.host, host(flow));
    writer.text(fields.target.name, name(flow));
    writer.int32(fields.target.port, Number(port(flow)));
    writer.text(fields.target.scheme, scheme(flow));
    writer.bool(fields.target.sslEnabled, scheme(flow) === "https");
    writer.text(fields.target.url, url(flow));
    writer.end(start);
  };
}

function writeVariable(writer: ProtobufWriter, name: string, value: WireValue): void {
  const start = writer.begin(fields.context.additionalFlowVariables);
  writer.item(fields.entry.key, name);
  const variable = writer.begin(fields.entry.value);
  switch (typeof value) {
    case "number":
      writer.int32(fields.flowVariable.int32, value);
      break;
    case "bigint":
      writer.int64(fields.flowVariable.int64, value);
      break;
    case "string":
      writer.item(fields.flowVariable.string, value);
      break;
    case "boolean":
      writer.bool(fields.flowVariable.bool, value);
      break;
    default:
      writer.double(fields.flowVariable.double, value.value);
  }
  writer.end(variable);
  writer.end(start);
}
