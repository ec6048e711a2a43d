import type { NamedSource, NamedSources, SourceProblem } from "../egress/named-source.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import { compileWebhook } from "./compile.ts";
import type { CompiledWebhook } from "./compiled.ts";
import type { Webhook } from "./file-schema.ts";
import { publishedSignature } from "./published.ts";

/** A webhook and all that its executions need, worked out once for each deployment. */
export interface WebhookPlan {
  readonly webhook: CompiledWebhook;
  /** Null when it cannot be called. */
  readonly source: NamedSource | null;
  /** Why not. */
  readonly problem: SourceProblem | null;
}

/** The webhooks of one deployed state of an environment. It never changes. */
export class DeployedWebhooks {
  readonly #webhooks: ReadonlyMap<string, Webhook>;
  readonly #sources: NamedSources;
  readonly #plans = new Map<string, WebhookPlan>();
  #functions: readonly PublishedSignature[] | null = null;

  constructor(webhooks: readonly Webhook[], sources: NamedSources) {
    this.#webhooks = new Map(webhooks.map((webhook) => [webhook.name, webhook]));
    this.#sources = sources;
  }

  find(name: string): WebhookPlan | undefined {
    const known = this.#plans.get(name);
    if (known) return known;
    const webhook = this.#webhooks.get(name);
    if (!webhook) return undefined;
    const plan = this.#plan(webhook);
    this.#plans.set(name, plan);
    return plan;
  }

  /** Those that are published as functions. */
  get functions(): readonly PublishedSignature[] {
    this.#functions ??= [...this.#webhooks.values()].flatMap((webhook) => publishedSignature(webhook) ?? []);
    return this.#functions;
  }

  #plan(webhook: Webhook): WebhookPlan {
    const compiled = compileWebhook(webhook, (code, _at, message) => {
      throw new Error(`The deployed webhook ${webhook.name} has a ${code}: ${message}`);
    });
    const [problem = null] = this.#sources.problems(webhook.source);
    return { webhook: compiled, problem, source: problem ? null : this.#sources.get(webhook.source) };
  }
}
