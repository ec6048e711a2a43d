import { AnsweredFault } from "../../../flow/answered-fault.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { ContinueAtResponse } from "../../../flow/continue-at-response.ts";
import { Fault } from "../../../flow/fault.ts";
import { ResponseMessage } from "../../../flow/message.ts";
import type { AnswerSettings } from "./answer-settings.ts";
import { faultOfClients, faults, RequestFault } from "./faults.ts";
import type { Operation } from "./operation.ts";
import { writeAnswer } from "./write-answer.ts";

/**
 * Compiles what becomes of an operation that fails: the documented variables, and what the client gets.
 * Apigee: "OAuthV2 policy" (Fault variables, GenerateErrorResponse).
 *
 * @returns throws what the policy ends with
 */
export function compileFailure(
  policy: string,
  { failsWith }: Pick<Operation, "failsWith">,
  answer: AnswerSettings,
): (flow: FlowContext, thrown: unknown) => never {
  return (flow, thrown) => {
    const failed = faultOfClients(thrown);
    if (!(failed instanceof Fault)) throw failed;
    const isAnswered = failsWith === "answer" && answer.failure !== null;
    const fault = !isAnswered && failed instanceof RequestFault ? unanswered(failed) : failed;
    noteFailure(flow, policy, fault);
    // Where tokens cannot be looked up nobody has said that this one is wrong.
    if (failsWith === "challenge" && failed === thrown) {
      throw new AnsweredFault(fault, challenge(fault, answer));
    }
    if (!isAnswered) throw fault;
    const response = errorAnswer(fault, answer);
    if (!answer.answersFailure) throw new AnsweredFault(fault, response);
    flow.response = response;
    // In the response flow the runner lets what is thrown pass: continueOnError is true.
    if (flow.direction !== "request") throw fault;
    flow.lastFault = fault.raisedBy(policy);
    flow.exchange.watch?.fault(fault);
    throw new ContinueAtResponse(policy, true);
  };
}

/** The fault where the policy writes no answer. */
function unanswered(fault: RequestFault): Fault {
  return fault.unanswered?.causedBy(fault.cause) ?? fault;
}

/** `fault.name` is the last part of the code, but of what is known of tokens all of it. */
function noteFailure({ variables }: FlowContext, policy: string, fault: Fault): void {
  const isOfTokens = fault.code.startsWith("keymanagement.");
  variables.set(`oauthV2.${policy}.fault.name`, isOfTokens ? fault.code : fault.faultName);
  variables.set(`oauthV2.${policy}.fault.cause`, fault.message);
  variables.set("oauthV2.failed", true);
}

/** Every failed look at a token says so in a header, whatever fault rules make of the body. Format: RFC 6750. */
function challenge(fault: Fault, { realm }: AnswerSettings): ResponseMessage {
  const response = new ResponseMessage({ status: fault.status });
  const error = fault.code === faults.insufficientScope.code ? "insufficient_scope" : "invalid_token";
  const description = `${fault.code}: ${fault.message}`.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?");
  response.ownHeaders.set(
    "www-authenticate",
    `Bearer realm="${realm}",error="${error}",error_description="${description}"`,
  );
  return response;
}

/** The body has the white space that Apigee's has. */
function errorAnswer(fault: Fault, answer: AnswerSettings): ResponseMessage {
  const [name, text] = answer.isCompliant ? ["error", "error_description"] : ["ErrorCode", "Error"];
  const code = answer.isCompliant ? compliantError(fault) : fault.faultName;
  const response = writeAnswer(
    fault.status,
    answer.failure ?? "JSON",
    [
      [name, code],
      [text, fault.message],
    ],
    answer,
  );
  if (!answer.isCompliant && answer.failure === "JSON") {
    response.setContent(`{"${name}" : ${JSON.stringify(code)}, "${text}" :${JSON.stringify(fault.message)}}`);
  }
  return response;
}

/** RFC 6749, sections 4.1.2.1 and 5.2. */
function compliantError(fault: Fault): string {
  if (fault instanceof RequestFault) return fault.error;
  return fault.status === 503 ? "temporarily_unavailable" : "server_error";
}
