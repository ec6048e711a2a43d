import { ScriptError, ScriptTimeout } from "./error.ts";
import type { Execution, ScriptRunner } from "./execution.ts";
import type { LoadedScript, Machine } from "./machine.ts";
import type { Script } from "./script.ts";
import { WHOLE } from "./sources.ts";

/** What all loaded scripts together may take, in bytes; beyond, those that were not used for longest are loaded anew. */
const MAX_LOADED_BYTES = 24 * 1024 * 1024;

/**
 * The scripts of an isolate, and the machines that run them. The first script that runs starts them. Where the
 * runtime has no JavaScript Promise Integration for WebAssembly, a script that calls out fails before it begins.
 */
export class Scripts implements ScriptRunner {
  readonly #loaded = new Map<Script, LoadedScript>();
  #bytes = 0;
  readonly #machine = new FreshMachine({ waits: false });
  readonly #waitingMachine = new FreshMachine({ waits: true });

  execute(script: Script, execution: Execution): void | Promise<void> {
    const machine = this.#machine.started;
    if (machine === null) return this.#machine.start().then(() => this.execute(script, execution));
    try {
      const loaded = this.#loaded.get(script) ?? this.#load(script, machine);
      this.#touch(script, loaded);
      if (!script.waits) return machine.run(loaded, execution);
      return this.#executeWaiting(script, loaded, execution);
    } catch (error) {
      throw located(error, script);
    }
  }

  async #executeWaiting(script: Script, loaded: LoadedScript, execution: Execution): Promise<void> {
    try {
      const machine = this.#waitingMachine.started ?? (await this.#waitingMachine.start());
      await machine.runWaiting(loaded, execution);
    } catch (error) {
      throw located(error, script);
    }
  }

  #load({ ways: { preloaded, whole } }: Script, machine: Machine): LoadedScript {
    const once =
      preloaded && attempt(() => machine.load({ preloaded: preloaded.files, main: preloaded.main }));
    return once ?? machine.load({ preloaded: [], main: whole }) ?? neverPure();
  }

  /** Moves a script to the end of the line, and drops those at its beginning that are too many. */
  #touch(script: Script, loaded: LoadedScript): void {
    if (this.#loaded.delete(script)) this.#bytes -= loaded.image.bytes;
    this.#loaded.set(script, loaded);
    this.#bytes += loaded.image.bytes;
    for (const [other, { image }] of this.#loaded) {
      if (this.#bytes <= MAX_LOADED_BYTES || other === script) return;
      this.#loaded.delete(other);
      this.#bytes -= image.bytes;
    }
  }
}

/** A machine that is replaced when its memory has grown: memory never shrinks. */
class FreshMachine {
  readonly #options: { readonly waits: boolean };
  #machine: Machine | null = null;
  #starting: Promise<Machine> | null = null;

  constructor(options: { readonly waits: boolean }) {
    this.#options = options;
  }

  /** Null when one has to be started. */
  get started(): Machine | null {
    return this.#machine === null || this.#machine.hasGrown ? null : this.#machine;
  }

  /** Starts one, for all who want it meanwhile. */
  start(): Promise<Machine> {
    this.#starting ??= startMachine(this.#options)
      .then((machine) => {
        this.#machine = machine;
        return machine;
      })
      .finally(() => {
        this.#starting = null;
      });
    return this.#starting;
  }
}

/** Loads the engine, which no proxy without scripts needs. */
async function startMachine({ waits }: { readonly waits: boolean }): Promise<Machine> {
  const [{ Machine }, { canWait }] = await Promise.all([import("./machine.ts"), import("./quickjs.ts")]);
  if (waits && !canWait())
    throw new ScriptError("Error", "httpClient cannot be used: this runtime cannot wait for calls");
  return Machine.start({ waits });
}

/** What includes throw when they are executed early, they throw again when they are executed with the rest. */
function attempt(load: () => LoadedScript | null): LoadedScript | null {
  try {
    return load();
  } catch (error) {
    if (error instanceof ScriptError || error instanceof ScriptTimeout) return null;
    throw error;
  }
}

function neverPure(): never {
  throw new Error("a script that executes nothing when it is loaded cannot have read anything");
}

/** `    at name (FILE:LINE:COLUMN)` */
const FRAME = /([^()\s:]+):(\d+):(\d+)\)?$/gm;

/** The error with the place in its author's file where it happened. */
function located(error: unknown, { ways }: Script): unknown {
  if (!(error instanceof ScriptError)) return error;
  for (const [, file = "", ...numbers] of error.scriptStack.matchAll(FRAME)) {
    const [line = 0, column = 0] = numbers.map(Number);
    if (file !== WHOLE) {
      if (!ways.lines.some((own) => own.file === file)) continue;
      const indent = line === 1 && file === ways.preloaded?.main.file ? ways.preloaded.main.indent : 0;
      return error.at({ file, line, column: column - indent });
    }
    const within = ways.lines.findLast(({ first }) => first <= line);
    const indent = line === 1 ? ways.whole.indent : 0;
    if (within)
      return error.at({ file: within.file, line: line - within.first + 1, column: column - indent });
  }
  return error;
}
