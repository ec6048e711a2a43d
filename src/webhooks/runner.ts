import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { Clock } from "../egress/deadline.ts";
import { FunctionError } from "../functions/error.ts";
import type { CallAround } from "../functions/runner.ts";
import type { CompiledWebhook } from "./compiled.ts";
import type { DeployedWebhooks, WebhookPlan } from "./deployed.ts";
import { Execution, Failure, isUnexpected } from "./execution.ts";
import type { ExecutionLimits } from "./file-schema.ts";
import { type Ended, entryOf, type HistoryEntry } from "./history.ts";
import { checkedInputs } from "./inputs.ts";
import type { ReachedLimit } from "./limiter.ts";
import type { HistoryPage, HistoryQuestion } from "./stored-history.ts";

/** How long a message may be that a client gets. Characters. */
const LONGEST_MESSAGE = 4096;

/** How long the count of executions may take to answer. Milliseconds. */
const LEDGER_TIMEOUT_MS = 5_000;

/** How much longer than its time an execution may take to say that it has ended. Milliseconds. */
const LEASE_MARGIN_MS = 2 * LEDGER_TIMEOUT_MS;

/** An execution of a webhook, for whoever is to be seen as its user. */
export interface WebhookExecution {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** Milliseconds; the webhook's own limit when it is shorter or this is not given. */
  readonly timeoutMs?: number | undefined;
  /** A query calls only webhooks that read. */
  readonly within?: CallAround | undefined;
}

/** What the executions of webhooks have in common, whichever isolate they run in. */
export interface ExecutionLedger {
  /**
   * Begins an execution where the webhook has limits; the limit that keeps it from that, or null. Rejects when
   * that cannot be said.
   * @param leaseMs for how long it counts when nobody says that it has ended
   */
  begin(webhook: string, id: string, limits: ExecutionLimits, leaseMs: number): Promise<ReachedLimit | null>;
  /** An execution that was begun has ended. */
  end(webhook: string, id: string): Promise<void>;
  /** Keeps what there is to know of an execution. */
  record(webhook: string, entry: HistoryEntry): Promise<void>;
  /** What is kept of the executions of a webhook. */
  history(webhook: string, question: HistoryQuestion): Promise<HistoryPage>;
}

export interface WebhookServices {
  readonly log: (line: Record<string, unknown>) => void;
  readonly clock: Pick<Clock, "after">;
  readonly ledger: ExecutionLedger;
}

/** Executes webhooks. Foundry: "Webhooks". */
export class WebhookRunner {
  readonly #services: WebhookServices;

  constructor(services: WebhookServices) {
    this.#services = services;
  }

  /**
   * Makes the calls of a webhook, and gives its outputs. Rejects with {@link FunctionError}. Once begun, it goes on
   * when its client leaves.
   */
  run(
    webhooks: DeployedWebhooks,
    asked: WebhookExecution,
    context: TokenContext,
  ): Promise<Record<string, unknown>> {
    const result = this.#run(webhooks.find(asked.name), asked, context);
    context.waitUntil(result.catch(() => {}));
    return result;
  }

  /** What is kept of a webhook's executions. Rejects with {@link FunctionError}: HistoryUnavailable. */
  async history(webhook: string, question: HistoryQuestion, context: TokenContext): Promise<HistoryPage> {
    const page = this.#services.ledger.history(webhook, question);
    return context.within(LEDGER_TIMEOUT_MS, page).catch((cause) => {
      const message = `The history of the webhook ${webhook} cannot be read at the moment.`;
      const error = new FunctionError("HistoryUnavailable", message, { webhook, message }, { cause });
      this.#trouble("webhook.history", webhook, error.errorInstanceId, cause);
      throw error;
    });
  }

  async #run(
    plan: WebhookPlan | undefined,
    { name, input, caller, timeoutMs, within }: WebhookExecution,
    context: TokenContext,
  ): Promise<Record<string, unknown>> {
    if (!plan) throw new FunctionError("WebhookNotFound", `There is no webhook ${name}.`, { webhook: name });
    const { webhook, domains, problem } = plan;
    if (domains === null) throw notUsable(plan, problem);
    const left = (within?.deadline ?? Number.POSITIVE_INFINITY) - context.now();
    const limitMs = Math.max(0, Math.min(timeoutMs ?? webhook.timeoutMs, webhook.timeoutMs, left));
    if (within?.isQuery && webhook.writes) throw writeInQuery(name);
    const id = crypto.randomUUID();
    const execution = new Execution(webhook, domains, caller, context, this.#services.clock, limitMs);
    within?.ended.then(() => execution.end());
    const inputs = checkedInputs(webhook, input);
    const run = () =>
      context.within(limitMs, execution.run(inputs)).catch((error) => {
        execution.end();
        throw error;
      });
    const ended = { id, webhook, caller, inputs, begunAt: context.now() };
    try {
      const outputs = await this.#limited(webhook, id, limitMs + LEASE_MARGIN_MS, context, run);
      this.#record(execution, { ...ended, error: null }, context);
      return outputs;
    } catch (thrown) {
      const error = this.#failed(thrown, execution, { id, name });
      if (!(thrown instanceof LimitReached)) {
        const quotes = webhook.history.responses || !(thrown instanceof Failure);
        const kept = { name: error.errorName, message: quotes ? error.message : thrown.unquoted };
        this.#record(execution, { ...ended, error: kept }, context);
      }
      throw error;
    }
  }

  /** In the background: nobody waits for what is only kept, and nothing fails by it. */
  #record(
    execution: Execution,
    ended: Omit<Ended, "endedAt" | "answered" | "unanswered">,
    context: TokenContext,
  ): void {
    const { name } = ended.webhook;
    const { answered, unanswered } = execution;
    const endedAt = context.now();
    const record = async () =>
      this.#services.ledger.record(
        name,
        entryOf({ ...ended, endedAt, answered, unanswered }, execution.shown),
      );
    context.waitUntil(record().catch((error) => this.#trouble("webhook.history", name, ended.id, error)));
  }

  #failed(error: unknown, execution: Execution, { id, name }: { id: string; name: string }): FunctionError {
    const failure = execution.failure(error);
    const message = execution.masked(failure.message).slice(0, LONGEST_MESSAGE);
    const parameters = { webhook: name, message, ...failure.parameters };
    const { errorName, cause = error } = failure;
    this.#services.log({
      level: "error",
      event: "webhook.failed",
      webhook: name,
      execution: id,
      errorName,
      message,
      ...(isUnexpected(cause) && { stack: execution.masked(cause.stack ?? cause.message) }),
    });
    return new FunctionError(errorName, message, parameters, { id, cause: error });
  }

  /** Runs it within the limits. Rejects with {@link Failure} where it is not certain that they allow it. */
  async #limited<T>(
    { name, limits }: CompiledWebhook,
    id: string,
    leaseMs: number,
    context: TokenContext,
    run: () => Promise<T>,
  ): Promise<T> {
    if (limits === null) return run();
    const begun = this.#services.ledger.begin(name, id, limits, leaseMs);
    const reached = await context.within(LEDGER_TIMEOUT_MS, begun).catch((cause) => {
      // It may count all the same.
      context.waitUntil(this.#end(name, id, context));
      const message = `The limits of the webhook ${name} cannot be read at the moment.`;
      throw new Failure("WebhookExecutionFailedToStart", message, {}, { cause });
    });
    if (reached !== null) throw refused(name, limits, reached);
    try {
      return await run();
    } finally {
      // Before the answer, so that whoever waits for it can execute the webhook again.
      if (limits.concurrency !== null) await this.#end(name, id, context);
    }
  }

  async #end(webhook: string, execution: string, context: TokenContext): Promise<void> {
    await context
      .within(LEDGER_TIMEOUT_MS, this.#services.ledger.end(webhook, execution))
      .catch((error) => this.#trouble("webhook.limit", webhook, execution, error));
  }

  #trouble(event: string, webhook: string, execution: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#services.log({ level: "error", event, webhook, execution, reason });
  }
}

/** Too many executions: the history has no room for those that a limit keeps from beginning. */
class LimitReached extends Failure {}

function writeInQuery(webhook: string): FunctionError {
  const message = `The webhook ${webhook} writes, and a query may call only webhooks that read.`;
  return new FunctionError("WebhookExecutionFailedToStart", message, { webhook, message });
}

function refused(name: string, { concurrency, rate }: ExecutionLimits, limit: ReachedLimit): Failure {
  const message =
    limit === "concurrency"
      ? `The webhook ${name} is being executed as often as it may be at once: ${concurrency}.`
      : `The webhook ${name} was executed as often as it may be in one ${rate?.per}: ${rate?.executions}.`;
  return new LimitReached("WebhookExecutionFailedToStart", message, { limit });
}

function notUsable(
  { webhook: { name }, source }: WebhookPlan,
  problem: WebhookPlan["problem"],
): FunctionError {
  const { code = "SourceNotFound", message = "", remedy = "" } = problem ?? {};
  const parameters = { webhook: name, gate: code, source, message, remedy };
  return new FunctionError("SourceNotUsable", `${message} ${remedy}`, parameters);
}
