import type { Caller } from "../credentials/caller.ts";
import { type Shown, shownWithout } from "../credentials/shown.ts";
import type { AuthorizationRequired } from "../credentials/user-credentials.ts";
import { CountedCalls } from "../egress/audit/bytes.ts";
import type { BoundSecret } from "../sources/placeholders.ts";
import type { FunctionPlan } from "./deployed.ts";
import { LONGEST_LINE, LONGEST_LOG, LONGEST_SENT_LINE, type LogLevel } from "./protocol.ts";
import { boundSecrets, type Secrets } from "./secret-views.ts";

const levels: ReadonlySet<unknown> = new Set<LogLevel>(["debug", "info", "warn", "error"]);

/** A call of a function that is running, as the gateway knows it. */
export class LiveCall {
  readonly id: string;
  readonly plan: FunctionPlan;
  readonly caller: Caller;
  /** How long it may take. Milliseconds. */
  readonly limitMs: number;
  /** When that is over. Epoch milliseconds. */
  readonly deadline: number;
  /** Whether it, or a call that it is a part of, may be executed more than once: then nothing of it may write. */
  readonly isQuery: boolean;
  /** How many calls of functions it is a part of. */
  readonly depth: number;
  /** Of its sources, by declared name. */
  readonly secrets: ReadonlyMap<string, Secrets>;
  /** The consent without which it could not go on; null when none was missing. */
  authorization: AuthorizationRequired | null = null;
  /** Counts what is read of answers, for their records. */
  readonly counts = new CountedCalls();
  /** Resolves at its end. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  #hasEnded = false;
  readonly #log: (line: Record<string, unknown>) => void;
  /** Tokens that the call has used. */
  readonly #tokens = new Set<string>();
  #shown: Shown | null = null;
  #lines = 0;
  #characters = 0;
  /** Lines that were not logged: here, and by what the isolate says. */
  #dropped = 0;
  #droppedInside = 0;

  constructor(
    call: Pick<LiveCall, "id" | "plan" | "caller" | "limitMs" | "deadline" | "isQuery" | "depth" | "secrets">,
    log: (line: Record<string, unknown>) => void,
  ) {
    this.id = call.id;
    this.plan = call.plan;
    this.caller = call.caller;
    this.limitMs = call.limitMs;
    this.deadline = call.deadline;
    this.isQuery = call.isQuery;
    this.depth = call.depth;
    this.secrets = call.secrets;
    this.#log = log;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** The id of the user for whom it runs; null when nobody is known. */
  get user(): string | null {
    return this.caller.kind === "anonymous" ? null : this.caller.id;
  }

  /** The secrets that code knows only by their placeholders. */
  get bound(): readonly BoundSecret[] {
    return this.plan.hasBoundSecrets ? boundSecrets(this.plan.sources.values(), this.secrets) : [];
  }

  /**
   * Text of the function without the secrets and tokens that it had, and no longer than that. Characters.
   * @param sent where the isolate cuts such text
   */
  shown(text: string, longest: number, sent: number): string {
    this.#shown ??= shownWithout([
      ...this.#tokens,
      ...[...this.secrets.values()].flatMap((each) => Object.values(each)),
    ]);
    return this.#shown(text, longest, sent);
  }

  /** Notes a token that must not get into the log. */
  conceal(token: string): void {
    if (this.#tokens.has(token)) return;
    this.#tokens.add(token);
    this.#shown = null;
  }

  /**
   * Logs lines that the function wrote, as far as there is room.
   * @param batch a `LogBatch`, if the isolate keeps to the protocol
   */
  write(batch: unknown): void {
    if (typeof batch !== "object" || batch === null) return;
    const dropped = "dropped" in batch && Number.isSafeInteger(batch.dropped) ? Number(batch.dropped) : 0;
    this.#droppedInside = Math.max(this.#droppedInside, dropped);
    if (!("lines" in batch && Array.isArray(batch.lines))) return;
    const room = this.plan.published.limits.logLines - this.#lines;
    this.#dropped += Math.max(0, batch.lines.length - room);
    for (const line of batch.lines.slice(0, Math.max(0, room))) {
      const [level, text]: unknown[] = Array.isArray(line) ? line : [];
      if (levels.has(level) && typeof text === "string") this.#line(level as LogLevel, text);
    }
  }

  /** Ends what is under way, and says what was not logged. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#end();
    this.counts.end();
    const dropped = this.#dropped + this.#droppedInside;
    if (dropped === 0) return;
    const { logLines } = this.plan.published.limits;
    this.#print(
      "warn",
      `${dropped} more lines were not kept: a call may log ${logLines} lines and ${LONGEST_LOG} characters.`,
    );
  }

  #line(level: LogLevel, given: string): void {
    if (this.#characters >= LONGEST_LOG) {
      this.#dropped++;
      return;
    }
    const text = this.shown(given.slice(0, LONGEST_SENT_LINE), LONGEST_LINE, LONGEST_SENT_LINE);
    this.#lines++;
    this.#characters += text.length;
    this.#print(level, text);
  }

  #print(level: LogLevel, text: string): void {
    this.#log({ level, event: "function.log", function: this.plan.published.name, call: this.id, text });
  }
}
