import { createClient, createContextValues } from "@connectrpc/connect";
import { type Cancelling, cancelling } from "../../../egress/cancelling.ts";
import { timeLimit } from "../../../egress/grpc/unary-transport.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { definePolicy } from "../../policy-type.ts";
import { applyAnswer } from "./apply-answer.ts";
import { buildCredentials } from "./credentials.ts";
import { calloutFault, faults, raiseAnswered } from "./faults.ts";
import { buildMessageContext } from "./message-context.ts";
import { namesNativeServer } from "./native-server.ts";
import { readExternalCallout } from "./read.ts";
import { buildTransport } from "./transport.ts";
import { ExternalCalloutService, type MessageContext } from "./wire/external_callout_pb.ts";

/**
 * Sends the state of the exchange to a gRPC server, which may change the message, flow variables and the
 * target, or raise a fault. Apigee: "ExternalCallout policy".
 *
 * Faults (all 500): `steps.externalcallout.ExecutionError`, `GrpcTlsInitFailed`,
 * `googletoken.EmptyIDTokenAudience`, and `steps.externalcallout.NAME` with whatever name the server gives.
 */
export const externalCallout = definePolicy({
  element: "ExternalCallout",
  variablePrefix: "externalcallout",
  needs: ["egress", "google", "targetServers"],
  faults,
  unsettable: (cause) => faults.executionError(cause.message),
  read: readExternalCallout,

  refersTo: ({ server }) => ({ targetServers: [{ ...server, protocol: "GRPC" }] }),

  build(config, context) {
    const { timeoutMs } = config;
    const client = createClient(ExternalCalloutService, buildTransport(config, context));
    const describe = buildMessageContext(config, context);
    const authenticate = buildCredentials(config, context);
    const nameNativeServer = namesNativeServer(config, context);

    async function call(flow: FlowContext, calls: Cancelling): Promise<MessageContext> {
      const sent = describe(flow);
      const { exchange } = flow;
      const contextValues = createContextValues().set(timeLimit, exchange);
      const end = exchange.now() + timeoutMs;
      const token = authenticate?.(flow);
      const options = token ? { headers: await token, timeoutMs: end - exchange.now() } : { timeoutMs };
      const answered = await client.processMessage(sent, { ...options, ...calls.next(), contextValues });
      await applyAnswer(flow, sent, answered, context.variable);
      return answered;
    }

    return async function callOut(flow) {
      let answered: MessageContext;
      const calls = cancelling(context.runsOn || flow.exchange.depth > 0, flow.exchange);
      try {
        answered = await call(flow, calls);
      } catch (error) {
        calls.cancel();
        nameNativeServer(error, flow.exchange);
        throw calloutFault(error);
      }
      raiseAnswered(answered.fault);
    };
  },
});
