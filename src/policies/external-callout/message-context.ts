import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import type { PolicyGateway } from "../policy.ts";
import type { ExternalCallout } from "./read.ts";
import { buildSentMessages } from "./send-messages.ts";
import { buildSentVariables } from "./send-variables.ts";
import { type MessageContext, MessageContextSchema, type TargetSchema } from "./wire/external_callout_pb.ts";

/**
 * Compiles what describes an exchange to the server. Apigee: "ExternalCallout policy" and its gRPC definition.
 * What Workers do not know (a client certificate's fields, the target's address) stays empty.
 */
export function buildMessageContext(
  { sends, variablePrefixes }: ExternalCallout,
  gateway: PolicyGateway,
): (flow: FlowContext) => MessageContext {
  const messages = buildSentMessages(sends, gateway);
  const variables = buildSentVariables(variablePrefixes, gateway);
  const target = buildTarget(gateway);
  return function describeExchange(flow) {
    const { identity, exchange, route } = flow;
    const { client } = exchange;
    return create(MessageContextSchema, {
      ...messages(flow),
      apiProxy: { name: identity.proxy, revision: identity.revision },
      client: {
        country: client.country ?? "",
        host: client.host,
        ip: client.ip,
        port: client.port ?? 0,
        scheme: client.scheme,
        sslEnabled: client.scheme === "https",
      },
      currentFlow: { name: flow.flowName, description: flow.flowDescription },
      messageId: exchange.id,
      organizationName: identity.organization,
      environmentName: identity.environment,
      proxy: {
        endpointName: identity.endpoint,
        clientIp: client.ip,
        basePath: identity.basePath,
        pathSuffix: flow.pathSuffix,
        url: flow.url,
      },
      ...(route && { route }),
      ...(flow.target && { target: target(flow) }),
      additionalFlowVariables: variables(flow),
    });
  };
}

function buildTarget(gateway: PolicyGateway): (flow: FlowContext) => MessageInitShape<typeof TargetSchema> {
  const text = (name: string) => {
    const { get } = gateway.variable(`target.${name}`);
    return (flow: FlowContext) => textOf(get(flow));
  };
  const [basePath, host, name] = [text("basepath"), text("host"), text("name")];
  const [port, scheme, url] = [text("port"), text("scheme"), text("url")];
  return (flow) => ({
    basePath: basePath(flow),
    copyPathSuffix: flow.target?.copyPathSuffix ?? false,
    copyQueryParams: flow.target?.copyQueryParams ?? false,
    host: host(flow),
    name: name(flow),
    port: Number(port(flow)),
    scheme: scheme(flow),
    sslEnabled: scheme(flow) === "https",
    url: url(flow),
  });
}
