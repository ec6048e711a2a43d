import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "../package-root.ts";
import type { Module } from "./syntax.ts";

/** A file as Python reads it, or why it does not, in Python's own words. Lines and columns count from 1. */
export type Parsed =
  | { readonly tree: Module; readonly warnings: readonly { message: string; line: number }[] }
  | {
      readonly error: {
        readonly message: string;
        readonly line: number | null;
        readonly column: number | null;
      };
    };

/** What the interpreter has. */
export interface Interpreter {
  /** The modules of its standard library, by their full names. */
  readonly found: ReadonlySet<string>;
  /** Those that Python has on any machine, by the first parts of their names. */
  readonly known: ReadonlySet<string>;
  /** What requirements may ask about it (PEP 508). */
  readonly markers: Readonly<Record<string, string>>;
}

/** Longer files are not read; in characters. */
export const LONGEST_FILE = 512 * 1024;

/** How many files' trees are kept, for those that have not changed when they are read again. */
const MOST_KEPT = 200;

const START_MS = 120_000;
const PARSE_MS = 20_000;

const refused = (message: string): Parsed => ({ error: { message, line: null, column: null } });

/**
 * Reads Python with the grammar of the interpreter that functions run on. The interpreter is started with the first
 * file, in a thread of its own, and again after a file that was too much for it.
 */
export class PythonParser {
  readonly #kept = new Map<string, Parsed>();
  #thread: Promise<{ readonly worker: Worker; readonly interpreter: Interpreter }> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** Never rejects for what the text holds. */
  async parse(text: string): Promise<Parsed> {
    if (text.length > LONGEST_FILE) return refused(`the file has more than ${LONGEST_FILE} characters`);
    const kept = this.#kept.get(text);
    if (kept) return kept;
    const parsed = this.#last.then(() => this.#parseNow(text));
    this.#last = parsed.catch(() => null);
    const result = await parsed;
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(text, result);
    return result;
  }

  async interpreter(): Promise<Interpreter> {
    this.#thread ??= startThread();
    return (await this.#thread).interpreter;
  }

  async #parseNow(text: string): Promise<Parsed> {
    this.#thread ??= startThread();
    const { worker } = await this.#thread;
    worker.postMessage(text);
    try {
      return JSON.parse(await answerOf(worker, PARSE_MS)) as Parsed;
    } catch {
      this.#thread = null;
      await worker.terminate();
      return refused("it is too much for Python to read");
    }
  }
}

/** The one of this process. */
export const pythonParser = new PythonParser();

async function startThread() {
  const worker = new Worker(join(packageRoot(), "src/cli/publish/python/parser.js"), {
    workerData: { snapshot: null },
    // What the interpreter says when it ends is for nobody.
    stdout: true,
    stderr: true,
  });
  const { found, known, markers } = JSON.parse(await answerOf(worker, START_MS)) as {
    found: string[];
    known: string[];
    markers: Record<string, string>;
  };
  return { worker, interpreter: { found: new Set(found), known: new Set(known), markers } };
}

/** The next message of a thread, which keeps the process alive until then. Rejects when it fails or takes too long. */
function answerOf(worker: Worker, timeoutMs: number): Promise<string> {
  worker.ref();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(reject, timeoutMs, new Error(`no answer after ${timeoutMs} ms`));
  const exited = () => reject(new Error("the thread has ended"));
  worker.once("message", resolve).once("error", reject).once("exit", exited);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", resolve).off("error", reject).off("exit", exited).unref();
  });
}
