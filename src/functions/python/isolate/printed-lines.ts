import { LONGEST_SENT_LINE, type LogLevel } from "../../protocol.ts";
import type { CallLog } from "../../runtime/call-log.ts";

/** What one call has printed of a line that has not ended. */
type Begun = Map<LogLevel, string>;

/** Makes lines of what calls print, each of its own. */
export class PrintedLines {
  readonly #begun = new WeakMap<CallLog, Begun>();

  write(log: CallLog, level: LogLevel, text: string): void {
    const begun = this.#begun.get(log) ?? new Map<LogLevel, string>();
    this.#begun.set(log, begun);
    let start = 0;
    // One after the other: a text may have more of them than there is memory for.
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const whole = (begun.get(level) ?? "") + text.slice(start, end);
      begun.delete(level);
      log.write(level, () => whole);
      start = end + 1;
    }
    const rest = (begun.get(level) ?? "") + text.slice(start);
    if (rest !== "") begun.set(level, rest.slice(0, LONGEST_SENT_LINE));
  }

  /** The call has ended, and its lines with it. */
  end(log: CallLog): void {
    for (const [level, line] of this.#begun.get(log) ?? []) log.write(level, () => line);
    this.#begun.delete(log);
  }
}
