import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { Environment } from "../environment/environment.ts";
import { FunctionError } from "../functions/error.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import type { FunctionCall, FunctionResult } from "../functions/runner.ts";
import { isAmong } from "../ontology/principals.ts";
import type { DeployedWebhooks, WebhookPlan } from "../webhooks/deployed.ts";
import type { WebhookExecution, WebhookRunner } from "../webhooks/runner.ts";
import type { HistoryPage, HistoryQuestion } from "../webhooks/stored-history.ts";
import { nothingServed } from "./nothing-served.ts";

/** The webhooks of the environment that an isolate of the gateway serves. */
export class Webhooks {
  readonly #environment: Environment;
  readonly #runner: WebhookRunner;
  readonly #isOnThisMachine: boolean;

  /** @param isOnThisMachine whether whoever asks is the developer, who may see all that is kept */
  constructor(environment: Environment, runner: WebhookRunner, isOnThisMachine: boolean) {
    this.#environment = environment;
    this.#runner = runner;
    this.#isOnThisMachine = isOnThisMachine;
  }

  /**
   * Executes a webhook; its outputs by name. What it needs a token of a user for, it does as the caller. Rejects with
   * {@link FunctionError}; only with `WebhookExecutionFailedToStart` is it certain that nothing has been sent.
   */
  async execute(
    execution: WebhookExecution,
    context: TokenContext,
  ): Promise<{ readonly value: Readonly<Record<string, unknown>> }> {
    return { value: await this.#runner.run(await this.#current(context), execution, context) };
  }

  /**
   * What is kept of a webhook's executions, for a client: its own, or all with the privilege. Rejects with {@link FunctionError}:
   * WebhookNotFound, HistoryUnavailable.
   */
  async history(
    name: string,
    caller: Caller,
    page: Pick<HistoryQuestion, "size" | "before">,
    context: TokenContext,
  ): Promise<HistoryPage> {
    const plan = await this.find(name, context);
    if (!plan) throw new FunctionError("WebhookNotFound", `There is no webhook ${name}.`, { webhook: name });
    const seesAll = this.#isOnThisMachine || isAmong(plan.webhook.history.readPrivilegedData, caller);
    if (seesAll) return this.#runner.history(name, { ...page, user: null }, context);
    // Nobody can say which executions of nobody are theirs.
    if (caller.kind === "anonymous") return { entries: [], next: null };
    return this.#runner.history(name, { ...page, user: caller.id }, context);
  }

  /** Those that are published as functions. */
  async published(context: TokenContext): Promise<readonly PublishedSignature[]> {
    return (await this.#current(context)).functions;
  }

  /** Calls a webhook as the function that it is published as; null when none of that name is. */
  async call(
    { name, parameters: input, caller, timeoutMs, within }: FunctionCall,
    context: TokenContext,
  ): Promise<FunctionResult | null> {
    const webhooks = await this.#current(context);
    const signature = webhooks.functions.find((each) => each.name === name);
    if (!signature) return null;
    const outputs = await this.#runner.run(webhooks, { name, input, caller, timeoutMs, within }, context);
    return { value: signature.output === null ? null : outputs, isEdits: false };
  }

  /** What is deployed of a webhook. */
  async find(name: string, context: TokenContext): Promise<WebhookPlan | undefined> {
    return (await this.#current(context)).find(name);
  }

  async #current(context: TokenContext): Promise<DeployedWebhooks> {
    const snapshot = await this.#environment.current(context.now(), context);
    if (!snapshot) throw nothingServed(this.#environment);
    return snapshot.webhooks;
  }
}
