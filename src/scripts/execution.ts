import type { ScriptRefusal } from "./error.ts";
import type { Script } from "./script.ts";

/**
 * Answers a script's requests, text for text; null for nothing. With a promise the script waits, which only
 * `runWaiting` allows. {@link ScriptRefusal} becomes an Error inside the script; anything else ends it as it is.
 */
export type ScriptHost = (request: string) => string | null | Promise<string | null>;

/** One execution. */
export interface Execution {
  readonly host: ScriptHost;
  /** What the script is given, as JSON. */
  readonly input: string;
  /** The work it may do, see {@link WORK_PER_MS}. The clock cannot tell: on Workers it stands still meanwhile. */
  readonly work: number;
}

/** So much work counts as a millisecond: turns of the engine's own loops, most of which take a nanosecond or two. */
export const WORK_PER_MS = 500_000;

/** Runs scripts. What does it is made where the gateway is put together: it needs WebAssembly. */
export interface ScriptRunner {
  /**
   * Executes a script; a promise only for one that waits, and for the first of an isolate. Throws or rejects with
   * `ScriptError`, whose place is in its author's file, and with `ScriptTimeout`.
   */
  execute(script: Script, execution: Execution): void | Promise<void>;
}
