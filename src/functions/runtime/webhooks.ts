import type { WebhookAnswer } from "../protocol.ts";
import type { Call } from "./call.ts";
import type { FunctionsResult } from "./functions-api.ts";
import { checkCall } from "./source-fetch.ts";

/** Why a webhook has no output, by the names that Foundry documents. */
export interface WebhookError {
  readonly name: string;
  readonly message: string;
}

/** A webhook as TypeScript v1 code sees it. */
export interface CallableWebhook {
  /** Never rejects for what went wrong outside. Foundry: "Webhooks in functions". */
  call(
    input?: unknown,
  ): Promise<FunctionsResult<{ readonly output: Readonly<Record<string, unknown>> }, WebhookError>>;
}

/**
 * The webhooks of a source, by name; whether there is one of that name is known when it is called.
 * @param find the running call and the source as the function declares it; throws where there is none
 */
export function webhooksOf(
  find: () => { readonly call: Call; readonly name: string },
): Readonly<Record<string, CallableWebhook>> {
  return new Proxy<Record<string, CallableWebhook>>(
    {},
    {
      get(_none, webhook) {
        if (typeof webhook !== "string") return undefined;
        return {
          async call(input = {}) {
            const { call, name } = find();
            checkCall(call);
            const answer: WebhookAnswer = await call.session.webhook(name, webhook, JSON.stringify(input));
            return "error" in answer
              ? { type: "err", error: answer.error }
              : { type: "ok", value: { output: answer.output } };
          },
        };
      },
    },
  );
}
