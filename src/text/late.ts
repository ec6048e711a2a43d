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
 * A part of the program that few bundles need, such as a library: it is loaded when the first of them is read or
 * compiled, so that an isolate starts without it.
 */
export class Late<Part> {
  readonly #load: () => Promise<Part>;
  #loaded: { readonly part: Part } | null = null;

  constructor(load: () => Promise<Part>) {
    this.#load = load;
  }

  /** Asked for while bundles are read and compiled, below {@link withLateParts}; never while a request runs. */
  get(): Part {
    if (this.#loaded) return this.#loaded.part;
    throw new NotLoaded(this);
  }

  async load(): Promise<void> {
    this.#loaded ??= { part: await this.#load() };
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
