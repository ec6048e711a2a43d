import type { Caller } from "../credentials/caller.ts";
import type { AuthorizationRequired } from "../credentials/user-credentials.ts";
import { CountedCalls } from "../egress/audit/bytes.ts";
import type { BoundSecret } from "../sources/placeholders.ts";
import type { FunctionPlan } from "./deployed.ts";
import { maskOf } from "./mask.ts";
import type { LogLevel } from "./protocol.ts";
import { boundSecrets, type Secrets } from "./secret-views.ts";

/** How many lines of its console one call may log, and how long each may be. Characters. */
const MOST_LINES = 1000;
const LONGEST_LINE = 8192;

/** A call of a function that is running, as the gateway knows it. */
export class LiveCall {
  readonly id: string;
  readonly plan: FunctionPlan;
  readonly caller: Caller;
  /** How long it may take. Milliseconds. */
  readonly limitMs: number;
  /** When that is over. Epoch milliseconds. */
  readonly deadline: number;
  /** Of its sources, by declared name. */
  readonly secrets: ReadonlyMap<string, Secrets>;
  /** The consent without which it could not go on; null when none was missing. */
  authorization: AuthorizationRequired | null = null;
  /** Counts what is read of answers, for their records. */
  readonly counts = new CountedCalls();
  readonly #log: (line: Record<string, unknown>) => void;
  /** Tokens that the call has used. */
  readonly #tokens = new Set<string>();
  #mask: ((text: string) => string) | null = null;
  #lines = 0;

  constructor(
    call: Pick<LiveCall, "id" | "plan" | "caller" | "limitMs" | "deadline" | "secrets">,
    log: (line: Record<string, unknown>) => void,
  ) {
    this.id = call.id;
    this.plan = call.plan;
    this.caller = call.caller;
    this.limitMs = call.limitMs;
    this.deadline = call.deadline;
    this.secrets = call.secrets;
    this.#log = log;
  }

  /** The id of the user for whom it runs; null when nobody is known. */
  get user(): string | null {
    return this.caller.kind === "anonymous" ? null : this.caller.id;
  }

  /** The secrets that code knows only by their placeholders. */
  get bound(): readonly BoundSecret[] {
    return this.plan.hasBoundSecrets ? boundSecrets(this.plan.sources.values(), this.secrets) : [];
  }

  /** Text of the function without the secrets and tokens that it had. */
  mask(text: string): string {
    this.#mask ??= maskOf([
      ...this.#tokens,
      ...[...this.secrets.values()].flatMap((each) => Object.values(each)),
    ]);
    return this.#mask(text);
  }

  /** Notes a token that must not get into the log. */
  conceal(token: string): void {
    if (this.#tokens.has(token)) return;
    this.#tokens.add(token);
    this.#mask = null;
  }

  /** Takes a line that the function wrote. */
  write(level: LogLevel, text: string): void {
    this.#lines++;
    if (this.#lines > MOST_LINES + 1) return;
    const isTooMany = this.#lines > MOST_LINES;
    this.#log({
      level: isTooMany ? "warn" : level,
      event: "function.log",
      function: this.plan.published.name,
      call: this.id,
      text: isTooMany ? `Only the first ${MOST_LINES} lines of a call are kept.` : shortened(this.mask(text)),
    });
  }
}

function shortened(text: string): string {
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}… (${text.length} characters)` : text;
}
