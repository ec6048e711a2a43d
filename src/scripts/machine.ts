import { ScriptError, ScriptRefusal, ScriptTimeout } from "./error.ts";
import { type Execution, type ScriptHost, TICKS_PER_MS } from "./execution.ts";
import { type Image, Images } from "./image.ts";
import { Lock } from "./lock.ts";
import { ALL_INTRINSICS, type Handle, makeQuickJs, type Pointer, type QuickJs } from "./quickjs.ts";
import type { SourceFile } from "./script.ts";
import { Texts } from "./texts.ts";
import { worldSource } from "./world/world.ts";

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
const LOAD_TICKS = 2_000 * TICKS_PER_MS;

/** For describing what a script has thrown: a `toString` of the script's own may run. */
const DESCRIBE_TICKS = 10 * TICKS_PER_MS;

/** What a call of the host costs, and the text that it takes along. */
const CALL_TICKS = 0.2;
const CHARACTERS_PER_TICK = 4_000;

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
  #base!: Image;
  #host: ScriptHost = refuseAll;
  #ticks = 0;
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
      shouldInterrupt: () => machine.#ticks-- <= 0,
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
    this.#ticks = LOAD_TICKS;
    const host = engine._QTS_NewFunction(this.#context, this.#texts.allocate("host"), 1, 0, 1);
    this.#entry = this.#evaluate({ file: "world.js", text: worldSource });
    this.#entry = this.#resultOf(this.#callEntry(host, engine._QTS_GetUndefined()));
    this.#images = new Images(engine);
    this.#base = this.#images.take();
  }

  /**
   * Loads a script. Null when what is executed once asks the host, reads the clock or draws random numbers: then
   * it must be executed anew each time. Throws {@link ScriptError} and {@link ScriptTimeout}.
   */
  load({ preloaded, main }: ScriptSources): LoadedScript | null {
    let asksHost = false;
    this.#begin(this.#base, LOAD_TICKS, () => {
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
  run({ image }: LoadedScript, { host, input, ticks }: Execution): void {
    this.#begin(image, ticks, host);
    this.#resultOf(this.#callEntry(this.#texts.value("run"), this.#texts.value(input)));
  }

  /** Executes a script whose host may make it wait. Rejects with {@link ScriptError} and {@link ScriptTimeout}. */
  async runWaiting({ image }: LoadedScript, { host, input, ticks }: Execution): Promise<void> {
    await this.#lock.acquire();
    try {
      this.#begin(image, ticks, host);
      const values = this.#place(this.#texts.value("run"), this.#texts.value(input));
      const call = this.#engine.callWaiting(this.#context, this.#entry, this.#undefined, 2, values);
      this.#resultOf(await call);
    } finally {
      this.#lock.release();
    }
  }

  #begin(image: Image, ticks: number, host: ScriptHost): void {
    this.#images.restore(image);
    this.#ticks = ticks;
    this.#host = host;
  }

  /** QuickJS calls the host. */
  #answer(values: Pointer): Handle | Promise<Handle> {
    const request = this.#texts.read(this.#engine._QTS_ArgvGetJSValueConstPointer(values, 0));
    this.#spend(CALL_TICKS + request.length / CHARACTERS_PER_TICK);
    if (request.startsWith("#")) {
      this.#spend(Number(request.slice(1)));
      return this.#undefined;
    }
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

  /** Takes from what a script may still do, for work that QuickJS does not count. Throws {@link ScriptTimeout}. */
  #spend(ticks: number): void {
    if (ticks > 0) this.#ticks -= ticks;
    if (this.#ticks < 0) throw new ScriptTimeout();
  }

  /** Others may run until the answer is there; then the script finds everything as it left it. */
  async #wait(answer: Promise<string | null>): Promise<Handle> {
    const [image, ticks, host] = [this.#images.take(), this.#ticks, this.#host];
    this.#lock.release();
    const settled = await answer.then(
      (text) => () => this.#handleOf(text),
      (error) => () => this.#refusal(error),
    );
    await this.#lock.acquire();
    this.#begin(image, ticks, host);
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
    const bytes = this.#texts.byteLength(text);
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
    if (this.#ticks < 0) throw new ScriptTimeout();
    throw this.#describe(thrown);
  }

  #describe(thrown: Handle): Error {
    this.#ticks = DESCRIBE_TICKS;
    const described = this.#callEntry(this.#texts.value("describe"), thrown);
    if (this.#engine._QTS_ResolveException(this.#context, described) !== 0) {
      return new ScriptError("", "the script threw something that cannot be shown");
    }
    const [type, message, stack] = JSON.parse(this.#texts.read(described)) as [string, string, string];
    return new ScriptError(type, message, stack);
  }

  /** WebAssembly itself ends a recursion that the engine did not end. */
  #guarded(work: () => Handle): Handle {
    try {
      return work();
    } catch (error) {
      if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
        throw new ScriptError("InternalError", "stack overflow");
      }
      throw error;
    }
  }
}

function refuseAll(): never {
  throw new ScriptRefusal("nothing can be asked yet");
}
