import { create } from "@bufbuild/protobuf";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { ExternalCallout } from "./read.ts";
import { buildSentMessages } from "./send-messages.ts";
import { buildSentVariables } from "./send-variables.ts";
import {
  ApiProxySchema,
  ClientSchema,
  CurrentFlowSchema,
  type MessageContext,
  MessageContextSchema,
  ProxySchema,
  RouteSchema,
  type Target,
  TargetSchema,
} from "./wire/external_callout_pb.ts";

/** Messages without any value, to be copied: cheaper than making each field anew. */
const blank = {
  context: create(MessageContextSchema),
  apiProxy: create(ApiProxySchema),
  client: create(ClientSchema),
  currentFlow: create(CurrentFlowSchema),
  proxy: create(ProxySchema),
  route: create(RouteSchema),
  target: create(TargetSchema),
};

/**
 * Compiles what describes an exchange to the server. Apigee: "ExternalCallout policy" and its gRPC definition.
 * What Workers do not know (a client certificate's fields, the target's address) stays empty.
 */
export function buildMessageContext(
  { sends, variablePrefixes }: ExternalCallout,
  context: PolicyContext,
): (flow: FlowContext) => MessageContext {
  const messages = buildSentMessages(sends, context);
  const variables = buildSentVariables(variablePrefixes, context);
  const target = buildTarget(context);
  return function describeExchange(flow) {
    const { identity, exchange, route } = flow;
    const { ip, host, port, scheme } = exchange.client;
    const sent: MessageContext = {
      ...blank.context,
      ...messages(flow),
      apiProxy: { ...blank.apiProxy, name: identity.proxy, revision: identity.revision },
      client: { ...blank.client, host, ip, port: port ?? 0, scheme, sslEnabled: scheme === "https" },
      currentFlow: { ...blank.currentFlow, name: flow.flowName, description: flow.flowDescription },
      messageId: exchange.id,
      organizationName: identity.organization,
      environmentName: identity.environment,
      proxy: {
        ...blank.proxy,
        endpointName: identity.endpoint,
        clientIp: ip,
        basePath: identity.basePath,
        pathSuffix: flow.pathSuffix,
        url: flow.url,
      },
      additionalFlowVariables: variables(flow),
    };
    if (route) sent.route = { ...blank.route, ...route };
    if (flow.target) sent.target = target(flow);
    return sent;
  };
}

function buildTarget(context: PolicyContext): (flow: FlowContext) => Target {
  const text = (name: string) => {
    const { get } = context.variable(`target.${name}`);
    return (flow: FlowContext) => textOf(get(flow));
  };
  const [basePath, host, name] = [text("basepath"), text("host"), text("name")];
  const [port, scheme, url] = [text("port"), text("scheme"), text("url")];
  return (flow) => ({
    ...blank.target,
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
