import type { ExecutionLimits } from "./file-schema.ts";

/** Which of a webhook's limits keeps an execution from beginning. */
export type ReachedLimit = "concurrency" | "rate";

const UNITS_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Counts the executions of one webhook, in SQL of a Durable Object: so there is one count world-wide, and it
 * outlives the object. Foundry: "Webhooks reference" (limits).
 */
export class Limiter {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS running (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
    );
    sql.exec("CREATE TABLE IF NOT EXISTS begun (number INTEGER PRIMARY KEY, at INTEGER NOT NULL)");
    sql.exec("CREATE INDEX IF NOT EXISTS begun_at ON begun (at)");
  }

  /**
   * Begins an execution, unless a limit is reached: then nothing of it counts.
   * @param leaseMs for how long it counts as running when nobody says that it has ended
   * @param now epoch milliseconds
   */
  begin(
    id: string,
    { concurrency, rate }: ExecutionLimits,
    leaseMs: number,
    now: number,
  ): ReachedLimit | null {
    if (concurrency !== null) {
      this.#sql.exec("DELETE FROM running WHERE until <= ?", now);
      if (this.#number("SELECT COUNT(*) FROM running") >= concurrency) return "concurrency";
    }
    if (rate !== null) {
      this.#sql.exec("DELETE FROM begun WHERE at <= ?", now - UNITS_MS[rate.per]);
      // Numbers have no gaps, so that nothing has to be counted. Whoever has set the clock back waits for it.
      const next = this.#number("SELECT COALESCE(MAX(number), 0) + 1 FROM begun");
      if (next - this.#number("SELECT COALESCE(MIN(number), ?) FROM begun", next) >= rate.executions) {
        return "rate";
      }
      this.#sql.exec("INSERT INTO begun (number, at) VALUES (?, ?)", next, now);
    }
    if (concurrency !== null) {
      this.#sql.exec("INSERT OR REPLACE INTO running (id, until) VALUES (?, ?)", id, now + leaseMs);
    }
    return null;
  }

  /** An execution has ended. */
  end(id: string): void {
    this.#sql.exec("DELETE FROM running WHERE id = ?", id);
  }

  #number(query: string, ...values: number[]): number {
    const [value] =
      this.#sql
        .exec(query, ...values)
        .raw()
        .next().value ?? [];
    return Number(value);
  }
}
