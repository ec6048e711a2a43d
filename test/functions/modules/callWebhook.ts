import { Things } from "@foundry/external-systems/sources";
import { ExternalSystems, isErr, Query } from "@foundry/functions-api";

/** What was kept of an earlier call. */
let kept: (typeof Things)["webhooks"][string] | null = null;

export class Webhooks {
  /** Calls the webhook of that name with that JSON; what went wrong becomes an exception. */
  @ExternalSystems({ sources: [Things] })
  @Query()
  public async callWebhook(action: string, text?: string): Promise<string> {
    const webhook = action === "kept" ? kept : Things.webhooks[action];
    kept = webhook ?? null;
    const result = await webhook?.call(text === undefined ? undefined : JSON.parse(text));
    if (!result) return "nothing";
    if (isErr(result)) throw new Error(`${result.error.name} ${result.error.message}`);
    return JSON.stringify(result.value.output);
  }
}
