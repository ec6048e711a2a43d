import { cancelling } from "../../../egress/cancelling.ts";
import { definePolicy } from "../../policy-type.ts";
import { applyAnswer } from "./apply-answer.ts";
import { buildCall } from "./call-server.ts";
import { buildCredentials } from "./credentials.ts";
import { calloutFault, faults, raiseAnswered } from "./faults.ts";
import { buildMessageContext } from "./message-context.ts";
import { namesNativeServer } from "./native-server.ts";
import { readExternalCallout } from "./read.ts";
import type { Answer } from "./read-answer.ts";

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
    const callServer = buildCall(config, context);
    const describe = buildMessageContext(config, context);
    const authenticate = buildCredentials(config, context);
    const nameNativeServer = namesNativeServer(config, context);

    return async function callOut(flow) {
      let answer: Answer;
      const calls = cancelling(context.runsOn || flow.exchange.depth > 0, flow.exchange);
      try {
        const sent = describe(flow);
        const options = authenticate ? await authenticate(flow) : { timeoutMs };
        answer = await callServer(sent.bytes, options, flow.exchange, calls.next());
        await applyAnswer(flow, sent, answer, context.variable);
      } catch (error) {
        calls.cancel();
        nameNativeServer(error, flow.exchange);
        throw calloutFault(error);
      }
      raiseAnswered(answer.fault);
    };
  },
});
