/** What {@link Late.get} throws while the part is not there. Nobody catches it but {@link withLateParts}. */
class NotLoaded extends Error {
  override readonly name = "NotLoaded";
  readonly part: Late<unknown>;

  constructor(part: Late<unknown>) {
    super("a part of the program was asked for outside of withLateParts");
    this.part = part;
  }
}

/**
 * A part of the program that few bundles or requests need, such as a library: it is loaded for the first of them, so that
 * an isolate starts without it.
 */
export class Late<Part> {
  readonly #load: () => Promise<Part>;
  #loaded: { readonly part: Part } | null = null;

  constructor(load: () => Promise<Part>) {
    this.#load = load;
  }

  /** For what cannot wait: asked for while bundles are read and compiled, below {@link withLateParts}. */
  get(): Part {
    if (this.#loaded) return this.#loaded.part;
    throw new NotLoaded(this);
  }

  /** Null while it is not there. */
  get ifLoaded(): Part | null {
    return this.#loaded?.part ?? null;
  }

  /** At once when it is there. */
  load(): Part | Promise<Part> {
    return this.#loaded ? this.#loaded.part : this.#loadNow();
  }

  /** Each caller loads by itself, since one cannot wait for what the platform may end with another's request. */
  async #loadNow(): Promise<Part> {
    const part = await this.#load();
    this.#loaded ??= { part };
    return this.#loaded.part;
  }

  /** Works with the part: at once when it is there. */
  use<Result>(work: (part: Part) => Promise<Result>): Promise<Result> {
    const part = this.load();
    return part instanceof Promise ? part.then(work) : work(part);
  }
}

/** Runs work that may ask for late parts: loads the one that is missing, and runs it again from its beginning. */
export async function withLateParts<Result>(work: () => Result): Promise<Result> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      await error.part.load();
    }
  }
}
