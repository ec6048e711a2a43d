interface Entry<Value> {
  readonly value: Value;
  readonly size: number;
}

/** Values by key, up to a size in all: those that were used longest ago make room. */
export class RecentlyUsed<Value> {
  readonly #most: number;
  readonly #sizeOf: (value: Value, key: string) => number;
  readonly #evicted: (value: Value) => void;
  /** The one that was used last comes last. */
  readonly #entries = new Map<string, Entry<Value>>();
  #size = 0;

  /**
   * @param most the size of all values together; a value that is larger by itself is not kept
   * @param evicted is told of each value that makes room
   */
  constructor(
    most: number,
    sizeOf: (value: Value, key: string) => number,
    evicted: (value: Value) => void = () => {},
  ) {
    this.#most = most;
    this.#sizeOf = sizeOf;
    this.#evicted = evicted;
  }

  /** How many there are. */
  get count(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** As {@link get}, without counting as a use. */
  peek(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const size = this.#sizeOf(value, key);
    if (size > this.#most) return;
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#size <= this.#most) return;
      this.delete(oldest);
      this.#evicted(entry.value);
    }
  }

  delete(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }
}
