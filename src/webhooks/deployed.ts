import type { SourceProblem } from "../egress/named-source.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import { DomainError, type DomainSource, type DomainSources } from "../sources/domain-sources.ts";
import { compileWebhook } from "./compile.ts";
import type { CompiledWebhook } from "./compiled.ts";
import type { Webhook } from "./file-schema.ts";
import { publishedSignature } from "./published.ts";

/** A webhook and all that its executions need, worked out once for each deployment. */
export interface WebhookPlan {
  readonly webhook: CompiledWebhook;
  /** The API name of its source, or what the file names when there is none. */
  readonly source: string;
  /** What each call goes to, by its name; null when the webhook cannot be executed. */
  readonly domains: ReadonlyMap<string, DomainSource> | null;
  /** Why not. */
  readonly problem: SourceProblem | null;
}

/** The webhooks of one deployed state of an environment. It never changes. */
export class DeployedWebhooks {
  readonly #webhooks: ReadonlyMap<string, Webhook>;
  readonly #sources: DomainSources;
  readonly #plans = new Map<string, WebhookPlan>();
  #functions: readonly PublishedSignature[] | null = null;

  constructor(webhooks: readonly Webhook[], sources: DomainSources) {
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
    const source = this.#sources.apiName(webhook.source) ?? webhook.source;
    const plan = { webhook: compiled, source };
    const [problem = null] = this.#sources.problems(webhook.source);
    if (problem) return { ...plan, domains: null, problem };
    try {
      const domains = compiled.calls.map(
        ({ name, domain }) => [name, this.#sources.get(webhook.source, domain)] as const,
      );
      return { ...plan, domains: new Map(domains), problem: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { code, message, remedy } = error;
      return { ...plan, domains: null, problem: { severity: "error", code, message, remedy } };
    }
  }
}
