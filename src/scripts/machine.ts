import worldSource from "../../dist/world.sandbox.js";
import { ScriptError, ScriptRefusal, ScriptTimeout } from "./error.ts";
import { type Execution, type ScriptHost, WORK_PER_MS } from "./execution.ts";
import { type Image, Images } from "./image.ts";
import { Lock } from "./lock.ts";
import { ALL_INTRINSICS, type Handle, makeQuickJs, type Pointer, type QuickJs } from "./quickjs.ts";
import type { SourceFile } from "./script.ts";
import { Texts } from "./texts.ts";

/** What a script is made of. */
export interface ScriptSources {
  /** Executed once, when the script is loaded. */
  readonly preloaded: readonly SourceFile[];
  /** The expression of a function, which is called for each execution. */
  readonly main: SourceFile;
}

/** A script ready to run on any machine. */
export interface LoadedScript {
  readonly image: Image;
}

/** For what is executed once, at loading. */
const LOAD_WORK = 2_000 * WORK_PER_MS;

/** For describing what a script has thrown: a `toString` of the script's own may run. */
const DESCRIBE_WORK = 50 * WORK_PER_MS;

/** What the interpreter has done when it asks whether to go on: 10,000 turns of loops or calls of a script. */
const INTERPRETER_WORK = WORK_PER_MS / 20;

/** What a call of the host costs, and each character that it takes along. */
const CALL_WORK = WORK_PER_MS / 100;
const CHARACTER_WORK = WORK_PER_MS / 80_000;

/** How much of C's stack a recursion may take, in bytes. */
const STACK_LIMIT = 512 * 1024;

/**
 * A JavaScript engine in which each execution begins in the world that its script was loaded into: of what ran before,
 * for whomever, nothing is left. It runs one script at a time; one that waits makes room for others.
 */
export class Machine {
  readonly #lock = new Lock();
  #engine!: QuickJs;
  #images!: Images;
  #texts!: Texts;
  #context: Pointer = 0;
  #entry: Handle = 0;
  #arguments: Pointer = 0;
  /** The name of the entry that every execution takes. */
  #run: Handle = 0;
  #base!: Image;
  #host: ScriptHost = refuseAll;
  #readsClock = false;
  readonly #waits: boolean;

  private constructor(waits: boolean) {
    this.#waits = waits;
  }

  /** @param waits whether its scripts may wait: such a machine has `runWaiting` and no other method */
  static async start({ waits }: { waits: boolean }): Promise<Machine> {
    const machine = new Machine(waits);
    const host = {
      call: (values: Pointer) => machine.#answer(values),
      shouldInterrupt: () => machine.#spend(INTERPRETER_WORK) < 0,
      clockIsRead: () => {
        machine.#readsClock = true;
      },
    };
    const engine = await makeQuickJs(host, waits);
    machine.#makeWorld(engine);
    return machine;
  }

  /** Whether scripts have made it take more memory, which it can never give back. */
  get hasGrown(): boolean {
    return this.#images.hasGrown;
  }

  #makeWorld(engine: QuickJs): void {
    this.#engine = engine;
    const runtime = engine._QTS_NewRuntime();
    engine._QTS_RuntimeSetMaxStackSize(runtime, STACK_LIMIT);
    engine._QTS_RuntimeEnableInterruptHandler(runtime);
    this.#context = engine._QTS_NewContext(runtime, ALL_INTRINSICS);
    this.#texts = new Texts(engine, this.#context);
    this.#arguments = engine._malloc(8);
    engine.work.value = LOAD_WORK;
    const host = engine._QTS_NewFunction(this.#context, this.#texts.allocate("host"), 1, 0, 1);
    this.#entry = this.#evaluate({ file: "world.js", text: worldSource });
    this.#entry = this.#resultOf(this.#callEntry(host, engine._QTS_GetUndefined()));
    this.#run = this.#texts.value("run");
    this.#images = new Images(engine);
    this.#base = this.#images.take();
  }

  /**
   * Loads a script. Null when what is executed once asks the host, reads the clock or draws random numbers: then
   * it must be executed anew each time. Throws {@link ScriptError} and {@link ScriptTimeout}.
   */
  load({ preloaded, main }: ScriptSources): LoadedScript | null {
    let asksHost = false;
    this.#begin(this.#base, LOAD_WORK, () => {
      asksHost = true;
      return null;
    });
    this.#readsClock = false;
    for (const source of preloaded) this.#evaluate(source);
    this.#resultOf(this.#callEntry(this.#texts.value("define"), this.#evaluate(main)));
    if (asksHost || this.#readsClock) return null;
    return { image: this.#images.take() };
  }

  /** Executes a script to its end. Throws {@link ScriptError} and {@link ScriptTimeout}. */
  run({ image }: LoadedScript, { host, input, work }: Execution): void {
    this.#begin(image, work, host);
    const value = this.#guarded(() => this.#texts.value(input));
    this.#resultOf(this.#callEntry(this.#run, value));
  }

  /** Executes a script whose host may make it wait. Rejects with {@link ScriptError} and {@link ScriptTimeout}. */
  async runWaiting({ image }: LoadedScript, { host, input, work }: Execution): Promise<void> {
    await this.#lock.acquire();
    try {
      this.#begin(image, work, host);
      const values = this.#place(this.#run, this.#texts.value(input));
      const call = this.#engine.callWaiting(this.#context, this.#entry, this.#undefined, 2, values);
      this.#resultOf(await call);
    } catch (error) {
      throw this.#endOf(error);
    } finally {
      this.#lock.release();
    }
  }

  #begin(image: Image, work: number, host: ScriptHost): void {
    this.#images.restore(image);
    this.#engine.work.value = work;
    this.#host = host;
  }

  /** QuickJS calls the host. */
  #answer(values: Pointer): Handle | Promise<Handle> {
    const request = this.#texts.read(this.#engine._QTS_ArgvGetJSValueConstPointer(values, 0));
    if (this.#spend(CALL_WORK + request.length * CHARACTER_WORK) < 0) throw new ScriptTimeout();
    try {
      const answer = this.#host(request);
      if (!(answer instanceof Promise)) return this.#handleOf(answer);
      if (this.#waits) return this.#wait(answer);
      answer.catch(() => {});
      throw new ScriptRefusal("a script waits only for calls that it names");
    } catch (error) {
      return this.#refusal(error);
    }
  }

  /** Takes from the work that may still be done, for what is not counted by itself. Returns what is left. */
  #spend(work: number): number {
    this.#engine.work.value -= work;
    return this.#engine.work.value;
  }

  /** Others may run until the answer is there; then the script finds everything as it left it. */
  async #wait(answer: Promise<string | null>): Promise<Handle> {
    const [image, work, host] = [this.#images.take(), this.#engine.work.value, this.#host];
    this.#lock.release();
    const settled = await answer.then(
      (text) => () => this.#handleOf(text),
      (error) => () => this.#refusal(error),
    );
    await this.#lock.acquire();
    this.#begin(image, work, host);
    return settled();
  }

  #handleOf(text: string | null): Handle {
    return text === null ? this.#undefined : this.#texts.value(text);
  }

  /** The world turns an answer that begins with `!` into an Error. */
  #refusal(error: unknown): Handle {
    if (error instanceof ScriptRefusal) return this.#texts.value(`!${error.message}`);
    throw error;
  }

  #evaluate({ file, text }: SourceFile): Handle {
    const code = this.#texts.allocate(text);
    const bytes = Buffer.byteLength(text);
    const result = this.#guarded(() =>
      this.#engine._QTS_Eval(this.#context, code, bytes, this.#texts.allocate(file), 0, 0),
    );
    this.#engine._free(code);
    return this.#resultOf(result);
  }

  #callEntry(first: Handle, second: Handle): Handle {
    const values = this.#place(first, second);
    return this.#guarded(() =>
      this.#engine._QTS_Call(this.#context, this.#entry, this.#undefined, 2, values),
    );
  }

  /** Puts values where a call finds them. */
  #place(first: Handle, second: Handle): Pointer {
    const { buffer } = this.#engine.writable(this.#arguments, 8);
    new Uint32Array(buffer, this.#arguments, 2).set([first, second]);
    return this.#arguments;
  }

  get #undefined(): Handle {
    return this.#engine._QTS_GetUndefined();
  }

  #resultOf(result: Handle): Handle {
    const thrown = this.#engine._QTS_ResolveException(this.#context, result);
    if (thrown === 0) return result;
    if (this.#engine.work.value < 0) throw new ScriptTimeout();
    throw this.#describe(thrown);
  }

  #describe(thrown: Handle): Error {
    this.#engine.work.value = DESCRIBE_WORK;
    try {
      const described = this.#callEntry(this.#texts.value("describe"), thrown);
      if (this.#engine._QTS_ResolveException(this.#context, described) !== 0) return indescribable();
      const text = this.#guarded(() => this.#texts.read(described));
      const [type, message, stack] = JSON.parse(text) as [string, string, string];
      return new ScriptError(type, message, stack);
    } catch (error) {
      if (error instanceof ScriptTimeout) return indescribable();
      throw error;
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#endOf(error);
    }
  }

  /** WebAssembly itself ends what has done too much, and a recursion that the engine did not end. */
  #endOf(error: unknown): unknown {
    if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) return error;
    if (this.#engine.work.value < 0) return new ScriptTimeout();
    return new ScriptError("InternalError", "stack overflow");
  }
}

const indescribable = () => new ScriptError("", "the script threw something that cannot be shown");

function refuseAll(): never {
  throw new ScriptRefusal("nothing can be asked yet");
}
