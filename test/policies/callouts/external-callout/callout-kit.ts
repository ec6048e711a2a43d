import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { noAudit } from "../../../../src/egress/audit/audit.ts";
import type { Connection } from "../../../../src/egress/call.ts";
import { Egress } from "../../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../../src/egress/egress-policy.ts";
import { readTargetServer, type TargetServer } from "../../../../src/egress/target-server.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { externalCallout } from "../../../../src/policies/callouts/external-callout/external-callout.ts";
import {
  type MessageContext,
  MessageContextSchema,
} from "../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";
import { faultOf, flowOf, type GivenCapabilities, runPolicy } from "../../policy-kit.ts";

export type Answer = MessageInitShape<typeof MessageContextSchema>;

/** A callout server in this process, speaking gRPC-Web. It keeps what it was asked. */
export class CalloutServer implements Connection {
  readonly asked: MessageContext[] = [];
  readonly urls: string[] = [];
  readonly headers: Headers[] = [];
  readonly #answer: (context: MessageContext) => Answer | Promise<Answer>;

  /** By default the server sends everything back as it came. */
  constructor(answer: (context: MessageContext) => Answer | Promise<Answer> = (context) => context) {
    this.#answer = answer;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const body = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
    const context = fromBinary(MessageContextSchema, body.subarray(5));
    this.urls.push(url);
    this.headers.push(new Headers(init.headers));
    this.asked.push(structuredClone(context));
    const message = toBinary(MessageContextSchema, create(MessageContextSchema, await this.#answer(context)));
    const trailer = new TextEncoder().encode("grpc-status: 0\r\n");
    return new Response(new Blob([encodeEnvelope(0, message), encodeEnvelope(0x80, trailer)]), {
      headers: { "content-type": "application/grpc-web+proto" },
    });
  }

  /** The only question so far. */
  get question(): MessageContext {
    const [only] = this.asked;
    if (only === undefined || this.asked.length > 1) throw new Error(`asked ${this.asked.length} times`);
    return only;
  }
}

/** What a policy needs of the gateway to call a server; `grpc.example` is a gRPC target server on port 9000. */
export function partsFor(connection: Connection, changes: object = {}): GivenCapabilities {
  const egress = new Egress({
    policy: compileEgressPolicy({
      allow: ["http://grpc.example:9000", "https://grpc.example:9000"],
      advice: "dev",
    }),
    internet: connection,
    connections: new Map(),
    log: () => {},
    audit: noAudit,
  });
  const server = targetServer({ name: "callout-server", protocol: "GRPC", ...changes });
  return { egress, targetServers: new Map([[server.name, server]]) };
}

export function targetServer(fields: object): TargetServer {
  const { server } = readTargetServer({ host: "grpc.example", port: 9000, isEnabled: true, ...fields });
  if (server === null) throw new Error("the test's target server is not valid");
  return server;
}

/** A policy with everything that it must have, and what is given. */
export function policy(configurations = "", rest = "<TimeoutMs>5000</TimeoutMs>"): string {
  return `<ExternalCallout name="EC">
    ${rest}
    <GrpcConnection><Server name="callout-server"/></GrpcConnection>
    <Configurations>${configurations}</Configurations>
  </ExternalCallout>`;
}

/** A Property element for each part named, as in `with.request.headers`. */
export const sending = (...parts: string[]): string =>
  parts.map((part) => `<Property name="with.${part}">true</Property>`).join("");

export const flowVariables = (...prefixes: string[]): string =>
  prefixes.map((prefix) => `<FlowVariable>${prefix}</FlowVariable>`).join("");

/** Runs a policy that must succeed against a server. */
export function callOut(
  server: Connection,
  configurations = "",
  flow: FlowContext = flowOf(),
): Promise<FlowContext> {
  return runPolicy(externalCallout, policy(configurations), flow, partsFor(server));
}

/** Runs a policy that must fail, and returns its fault as `status code: message`. */
export async function failureOf(
  server: Connection,
  configurations = "",
  flow: FlowContext = flowOf(),
  parts = partsFor(server),
): Promise<string> {
  const fault = await faultOf(externalCallout, policy(configurations), flow, parts);
  return `${fault.status} ${fault.code}: ${fault.message}`;
}

/** The documented text of a failure. */
export function failed(reason: string): string {
  return `500 steps.externalcallout.ExecutionError: Encountered the following exception while sending the gRPC request or processing the response: [${reason}].`;
}
