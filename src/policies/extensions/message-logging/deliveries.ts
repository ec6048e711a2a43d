import { TokenError } from "../../../credentials/token-error.ts";
import { EgressError } from "../../../egress/error.ts";
import type { FlowContext } from "../../../flow/context.ts";

/** How many lines of one policy may be under way in an isolate; any further one is lost. */
export const MOST_UNDER_WAY = 100;

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
  #underWay = 0;
  #lost = 0;

  constructor(policy: string, proxy: string | null, log: (line: Record<string, unknown>) => void) {
    this.#policy = policy;
    this.#proxy = proxy;
    this.#log = log;
  }

  /** Begins to send a line in the background. Throws what `send` throws at once. */
  begin({ exchange }: FlowContext, send: () => Promise<void>): void {
    const messageid = exchange.id;
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#failed(messageid, new NotLogged(`${MOST_UNDER_WAY} lines have not been sent yet.`));
      return;
    }
    const sending = send();
    this.#underWay++;
    const over = sending
      .then(
        () => this.#succeeded(),
        (error: unknown) => this.#failed(messageid, error),
      )
      .finally(() => {
        this.#underWay--;
      });
    exchange.waitUntil(over);
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
