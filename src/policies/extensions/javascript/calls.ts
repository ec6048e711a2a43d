import * as v from "valibot";
import type { CallOrigin } from "../../../egress/audit/record.ts";
import { cancelling } from "../../../egress/cancelling.ts";
import type { Egress } from "../../../egress/egress.ts";
import { EgressError } from "../../../egress/error.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { headerNames, headerValues, isHeaderValue } from "../../../flow/headers.ts";
import { ResponseMessage } from "../../../flow/message.ts";
import { ScriptRefusal } from "../../../scripts/error.ts";
import { isToken } from "../../../text/token.ts";

/** A call as `httpClient.send` is asked for it. */
export const scriptCallSchema = v.object({
  url: v.string(),
  method: v.string(),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.nullable(v.string()),
});

export type ScriptCall = v.InferOutput<typeof scriptCallSchema>;

/** What came of a call: an answer, or `error` for one that could not be made. */
export type Outcome =
  | {
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly (readonly [string, readonly string[]])[];
      readonly content: string;
    }
  | { readonly error: string };

/** Calls that the scripts of one request may begin. */
const MAX_CALLS = 20;

/** For an answer with its body, in milliseconds: Apigee's default for callouts. */
const CALL_TIMEOUT_MS = 55_000;

/** The calls that scripts of one request have begun; one step may begin what another one asks for. */
export class ScriptCalls {
  readonly #calls: { readonly promise: Promise<Outcome>; outcome: Outcome | null }[] = [];

  /** Begins a call and returns its number. Throws {@link ScriptRefusal} for one that cannot be one. */
  begin(call: ScriptCall, flow: FlowContext, egress: Egress, by: CallOrigin): number {
    if (this.#calls.length >= MAX_CALLS) {
      throw new ScriptRefusal(`the scripts of a request may make ${MAX_CALLS} calls`);
    }
    const begun = { promise: send(checked(call), flow, egress, by), outcome: null as Outcome | null };
    void begun.promise.then((outcome) => {
      begun.outcome = outcome;
    });
    return this.#calls.push(begun) - 1;
  }

  /** Null while there is no outcome yet. Throws {@link ScriptRefusal} for a call that nobody has begun. */
  outcome(id: number): Outcome | null {
    return this.#call(id).outcome;
  }

  async settled(id: number): Promise<void> {
    await this.#call(id).promise;
  }

  #call(id: number) {
    const call = this.#calls[id];
    if (call) return call;
    throw new ScriptRefusal("there is no such exchange");
  }
}

function checked(call: ScriptCall): ScriptCall {
  for (const [name, value] of call.headers) {
    if (!isToken(name)) throw new ScriptRefusal(`"${name}" is no valid header name`);
    if (!isHeaderValue(value)) throw new ScriptRefusal(`the header ${name} has a value with a line break`);
  }
  if (!/^[A-Za-z]+$/.test(call.method)) throw new ScriptRefusal(`"${call.method}" is no method`);
  return call;
}

/** A failure of the call is an outcome, like any answer. */
async function send(
  { url, method, headers, body }: ScriptCall,
  { exchange }: FlowContext,
  egress: Egress,
  by: CallOrigin,
): Promise<Outcome> {
  const calls = cancelling(true, exchange);
  try {
    const outbound = {
      url,
      method: method.toUpperCase(),
      headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])),
      body,
      timeoutMs: CALL_TIMEOUT_MS,
      by,
      ...calls.next(),
    };
    const work = egress.send(outbound, exchange).then(async (answer) => {
      const response = ResponseMessage.of(answer);
      await response.buffer();
      return response;
    });
    return outcomeOf(await exchange.within(CALL_TIMEOUT_MS, work));
  } catch (error) {
    calls.cancel();
    return { error: error instanceof EgressError ? error.message : "The call failed." };
  }
}

function outcomeOf(response: ResponseMessage): Outcome {
  return {
    status: response.status,
    reason: response.reason ?? "",
    headers: headerNames(response.headers).map((name) => [name, headerValues(response.headers, name)]),
    content: response.content,
  };
}
