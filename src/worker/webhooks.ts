import type { TokenContext } from "../credentials/token-request.ts";
import type { Environment } from "../environment/environment.ts";
import { FunctionError } from "../functions/error.ts";
import type { DeployedWebhooks, WebhookPlan } from "../webhooks/deployed.ts";
import type { WebhookExecution, WebhookRunner } from "../webhooks/runner.ts";

/** The webhooks of the environment that an isolate of the gateway serves. */
export class Webhooks {
  readonly #environment: Environment;
  readonly #runner: WebhookRunner;

  constructor(environment: Environment, runner: WebhookRunner) {
    this.#environment = environment;
    this.#runner = runner;
  }

  /** Executes a webhook for a client; its outputs by name. Rejects with {@link FunctionError}. */
  async execute(
    execution: WebhookExecution,
    context: TokenContext,
  ): Promise<{ readonly value: Readonly<Record<string, unknown>> }> {
    return { value: await this.#runner.run(await this.#current(context), execution, context) };
  }

  /** What is deployed of a webhook. */
  async find(name: string, context: TokenContext): Promise<WebhookPlan | undefined> {
    return (await this.#current(context)).find(name);
  }

  async #current(context: TokenContext): Promise<DeployedWebhooks> {
    const snapshot = await this.#environment.current(context.now(), context);
    if (!snapshot) throw new FunctionError("NothingDeployed", "Nothing is deployed yet.", {});
    return snapshot.webhooks;
  }
}
