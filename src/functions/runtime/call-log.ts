import {
  LONGEST_LINE,
  LONGEST_LOG,
  LONGEST_SENT_LINE,
  LONGEST_SHORT_ANSWER,
  type LogBatch,
  type LogLevel,
  type Session,
} from "../protocol.ts";

/** How long lines wait for others, to be sent together. */
const BATCH_MS = 50;

/**
 * What one call writes to its console. Lines go to the gateway in batches while the call runs, one batch at a time,
 * so that a call which is ended has left what it wrote; what is left at its end goes along with its answer.
 */
export class CallLog {
  readonly #session: Session;
  readonly #mostLines: number;
  #waiting: [LogLevel, string][] = [];
  /** How many lines were kept, and how many characters of them count; those that wait among them. */
  #lines = 0;
  #characters = 0;
  #dropped = 0;
  #reported = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | null = null;

  constructor(session: Session, mostLines: number) {
    this.#session = session;
    this.#mostLines = mostLines;
  }

  /** @param read makes the line's text, which is not needed of one that is dropped */
  write(level: LogLevel, read: () => string): void {
    if (this.#lines >= this.#mostLines || this.#characters >= LONGEST_LOG) {
      this.#dropped++;
      return;
    }
    const text = read().replace(/\n$/, "").slice(0, LONGEST_SENT_LINE);
    this.#lines++;
    this.#characters += Math.min(text.length, LONGEST_LINE);
    this.#waiting.push([level, text]);
    this.#timer ??= setTimeout(() => this.#send(), BATCH_MS);
  }

  /** Sends what is too long to go along with the answer, and gives the rest, if there is any. */
  async end(): Promise<LogBatch | undefined> {
    await this.#sending;
    const length = this.#waiting.reduce((sum, [, text]) => sum + text.length, 0);
    if (length > LONGEST_SHORT_ANSWER) await this.#send();
    clearTimeout(this.#timer);
    const isNews = this.#waiting.length > 0 || this.#dropped > this.#reported;
    return isNews ? this.#batch() : undefined;
  }

  /** Never rejects: a call that has ended takes no more lines. */
  #send(): Promise<void> {
    this.#sending ??= this.#session
      .log(this.#batch())
      .catch(() => {})
      .finally(() => {
        this.#sending = null;
        clearTimeout(this.#timer);
        this.#timer = this.#waiting.length > 0 ? setTimeout(() => this.#send(), BATCH_MS) : undefined;
      });
    return this.#sending;
  }

  #batch(): LogBatch {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#reported = this.#dropped;
    return { lines, dropped: this.#dropped };
  }
}
