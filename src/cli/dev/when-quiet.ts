import { type Clock, systemClock } from "../../egress/deadline.ts";

/**
 * How long files must be left alone before a change counts: editors write several at once. Longer than the 50 ms for
 * which chokidar says nothing more of a file that has changed, so that what it leaves out is read. Milliseconds.
 */
export const QUIET_MS = 60;

/** Changes of which only the last of several counts. */
export interface QuickChanges {
  note(): void;
  /** Forgets what has not counted yet, and resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Calls `changed` once it has been quiet after changes, one call at a time. */
export function whenQuiet(
  changed: () => Promise<void>,
  clock: Pick<Clock, "after"> = systemClock,
): QuickChanges {
  let callOff = () => {};
  let running = Promise.resolve();
  return {
    note() {
      callOff();
      callOff = clock.after(QUIET_MS, () => {
        running = running.then(changed);
      });
    },
    async close() {
      callOff();
      await running;
    },
  };
}
