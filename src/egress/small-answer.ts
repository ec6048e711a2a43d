import type { OutboundCall, TimeLimit } from "./call.ts";
import { cancelling } from "./cancelling.ts";
import { bodyFailure, type Egress } from "./egress.ts";
import { EgressError } from "./error.ts";
import { readText } from "./read-text.ts";

/** An answer that was read to its end. */
export interface SmallAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a call and reads the whole answer, whose headers and whose body may each take the call's time. Rejects
 * with {@link EgressError}, also when the body is longer than that.
 */
export async function sendForText(
  egress: Egress,
  call: OutboundCall,
  limitBytes: number,
  limit: TimeLimit,
): Promise<SmallAnswer> {
  const calls = cancelling(true, { givenUp: null });
  const response = await egress.send({ ...call, ...calls.next() }, limit);
  const text = await limit.within(call.timeoutMs, textOf(response, call.url, limitBytes)).catch((error) => {
    calls.cancel();
    throw bodyFailure(error);
  });
  return { status: response.status, text };
}

async function textOf({ body }: Response, url: string, limitBytes: number): Promise<string> {
  const text = await readText(body, limitBytes);
  if (text !== null) return text;
  throw new EgressError("invalid", `The answer of ${new URL(url).host} is too long.`);
}
