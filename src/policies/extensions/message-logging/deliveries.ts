import { TokenError } from "../../../credentials/token-error.ts";
import { EgressError } from "../../../egress/error.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { DELIVERY_TIMEOUT_MS } from "./log-level.ts";

/** How many lines of one policy may be under way in an isolate; any further one is lost. */
export const MOST_UNDER_WAY = 100;

/** After that time a line is not under way any more: the platform has ended its request, and nobody tells. Milliseconds. */
const GONE_AFTER_MS = 3 * DELIVERY_TIMEOUT_MS;

/** A line that did not arrive, and why. The message holds nothing of the line. */
export class NotLogged extends Error {}

/**
 * The lines that a policy sends. Trouble is logged when it begins, and how many lines were lost when it is over:
 * who logs every request would otherwise log every one of them twice.
 */
export class Deliveries {
  readonly #policy: string;
  readonly #proxy: string | null;
  readonly #log: (line: Record<string, unknown>) => void;
  readonly #underWay = new Set<{ readonly since: number }>();
  #lost = 0;

  constructor(policy: string, proxy: string | null, log: (line: Record<string, unknown>) => void) {
    this.#policy = policy;
    this.#proxy = proxy;
    this.#log = log;
  }

  /** Begins to send a line in the background. Throws what `send` throws at once. */
  begin({ exchange }: FlowContext, send: () => Promise<void>): void {
    const messageid = exchange.id;
    const line = { since: exchange.now() };
    this.#forget(line.since - GONE_AFTER_MS);
    if (this.#underWay.size >= MOST_UNDER_WAY) {
      this.#failed(messageid, new NotLogged(`${MOST_UNDER_WAY} lines have not been sent yet.`));
      return;
    }
    const sending = send();
    this.#underWay.add(line);
    const over = sending
      .then(
        () => this.#succeeded(),
        (error: unknown) => this.#failed(messageid, error),
      )
      .finally(() => this.#underWay.delete(line));
    exchange.waitUntil(over);
  }

  /** Forgets those that began before a time. They are in the order in which they began. */
  #forget(before: number): void {
    for (const line of this.#underWay) {
      if (line.since >= before) return;
      this.#underWay.delete(line);
    }
  }

  #succeeded(): void {
    if (this.#lost > 0) this.#tell("info", "message-logging.recovered", { lost: this.#lost });
    this.#lost = 0;
  }

  #failed(messageid: string, error: unknown): void {
    this.#lost++;
    if (this.#lost === 1)
      this.#tell("error", "message-logging.failed", { messageid, reason: reasonOf(error) });
  }

  #tell(level: string, event: string, facts: Record<string, unknown>): void {
    this.#log({ level, event, policy: this.#policy, proxy: this.#proxy, ...facts });
  }
}

/** The reason of a failure that is known to say nothing secret. */
function reasonOf(error: unknown): string {
  const isKnown = error instanceof EgressError || error instanceof TokenError || error instanceof NotLogged;
  return isKnown ? error.message : "The line could not be sent.";
}
