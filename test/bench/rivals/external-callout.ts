/** What the proxy `external-callout` does, written by hand, with protobuf-es for the messages. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { MessageContextSchema } from "../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";

const trailersFrame = 0x80;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, search, protocol, host } = new URL(request.url);
    const ip = request.headers.get("cf-connecting-ip") ?? String(request.cf?.clientIp).replace(/:\d+$/, "");
    const suffix = pathname.slice("/external-callout".length);
    const context = create(MessageContextSchema, {
      request: {
        uri: pathname + search,
        verb: request.method,
        httpVersion: "1.1",
        headers: Object.fromEntries(
          Array.from(request.headers, ([name, value]) => [
            name,
            { strings: value.includes(",") ? value.split(",").map((item) => item.trim()) : [value] },
          ]),
        ),
        queryParams: Object.fromEntries(
          Array.from(new URLSearchParams(search), ([name, value]) => [name, { strings: [value] }]),
        ),
      },
      apiProxy: { name: "external-callout", revision: "1" },
      client: { host, ip, scheme: protocol.slice(0, -1) },
      currentFlow: { name: "PreFlow" },
      messageId: crypto.randomUUID(),
      organizationName: "bench",
      environmentName: "local",
      proxy: {
        endpointName: "default",
        clientIp: ip,
        basePath: "/external-callout",
        pathSuffix: suffix,
        url: `${protocol}//${host}${pathname}${search}`,
      },
      additionalFlowVariables: {
        "caller.plan": { value: { case: "string", value: "gold" } },
        "caller.language": { value: { case: "string", value: request.headers.get("accept-language") ?? "" } },
      },
    });
    const { additionalFlowVariables, request: changed } = await call(toBinary(MessageContextSchema, context));
    const headers = new Headers(request.headers);
    for (const [name, { strings }] of Object.entries(changed?.headers ?? {}))
      headers.set(name, strings.join(", "));
    if (!additionalFlowVariables["user.id"]) return new Response("the server named no user", { status: 500 });
    return fetch(`http://127.0.0.1:9490/target${suffix}${search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
    });
  },
};

/** One unary call in gRPC-Web. */
async function call(message: Uint8Array) {
  const body = new Uint8Array(message.length + 5);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  const response = await fetch("http://127.0.0.1:9490/apigee.ExternalCalloutService/ProcessMessage", {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", "grpc-timeout": "5000m" },
    body,
  });
  const answer = new Uint8Array(await response.arrayBuffer());
  const length = new DataView(answer.buffer).getUint32(1);
  const trailers = answer.subarray(length + 5);
  if (!response.ok || answer[0] !== 0 || trailers[0] !== trailersFrame) throw new Error("no gRPC-Web answer");
  if (!new TextDecoder().decode(trailers.subarray(5)).startsWith("grpc-status: 0\r\n"))
    throw new Error("the call failed");
  return fromBinary(MessageContextSchema, answer.subarray(5, length + 5));
}
