import { type HistoryEntry, MOST_KEPT, RETENTION_MS } from "./history.ts";

/** Which executions are asked for, latest first. */
export interface HistoryQuestion {
  /** Only those of this user; null for those of everybody. */
  readonly user: string | null;
  /** How many at most. */
  readonly size: number;
  /** Only those before the one with this number; null from the latest on. */
  readonly before: number | null;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Leads to those before them; null when there are none. */
  readonly next: number | null;
}

/** The executions of one webhook, in SQL of a Durable Object. Times are epoch milliseconds. */
export class StoredHistory {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS history (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, user TEXT, entry TEXT NOT NULL)",
    );
    sql.exec("CREATE INDEX IF NOT EXISTS history_user ON history (user, number)");
  }

  /** Keeps an execution, and lets the oldest go when there are too many. */
  add(entry: HistoryEntry, now: number): void {
    const { number } = this.#sql
      .exec<{ number: number }>(
        "INSERT INTO history (at, user, entry) VALUES (?, ?, ?) RETURNING number",
        now,
        entry.user,
        JSON.stringify(entry),
      )
      .one();
    this.#sql.exec("DELETE FROM history WHERE number <= ?", number - MOST_KEPT);
  }

  page({ user, size, before }: HistoryQuestion, now: number): HistoryPage {
    const rows = this.#sql
      .exec<{ number: number; entry: string }>(
        `SELECT number, entry FROM history WHERE at > ? AND number < ? ${user === null ? "" : "AND user = ?"}
         ORDER BY number DESC LIMIT ?`,
        ...[
          now - RETENTION_MS,
          before ?? Number.MAX_SAFE_INTEGER,
          ...(user === null ? [] : [user]),
          size + 1,
        ],
      )
      .toArray();
    const shown = rows.slice(0, size);
    return {
      entries: shown.map(({ entry }) => JSON.parse(entry)),
      next: rows.length > size ? (shown.at(-1)?.number ?? null) : null,
    };
  }

  /** Lets go of what is too old; when the next of it will be, or null when nothing is left. */
  forget(now: number): number | null {
    // Numbers go up with time, and this goes by them: times have no index.
    const { oldest } = this.#sql
      .exec<{ oldest: number | null }>(
        "SELECT (SELECT number FROM history WHERE at > ? ORDER BY number LIMIT 1) AS oldest",
        now - RETENTION_MS,
      )
      .one();
    if (oldest === null) {
      this.#sql.exec("DELETE FROM history");
      return null;
    }
    this.#sql.exec("DELETE FROM history WHERE number < ?", oldest);
    const { at } = this.#sql.exec<{ at: number }>("SELECT at FROM history WHERE number = ?", oldest).one();
    return at + RETENTION_MS;
  }
}
