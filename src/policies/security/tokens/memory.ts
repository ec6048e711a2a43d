/** The few values that were made last, so that none is made twice; the oldest makes room. */
export class Memory<V extends object> {
  readonly #most: number;
  readonly #values = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  /** At once when it is known. What could not be made is not remembered. */
  get(key: string, make: () => V): V;
  get(key: string, make: () => Promise<V>): V | Promise<V>;
  get(key: string, make: () => V | Promise<V>): V | Promise<V> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const made = make();
    return made instanceof Promise ? made.then((value) => this.#keep(key, value)) : this.#keep(key, made);
  }

  #keep(key: string, value: V): V {
    const oldest = this.#values.size < this.#most ? undefined : this.#values.keys().next().value;
    if (oldest !== undefined) this.#values.delete(oldest);
    this.#values.set(key, value);
    return value;
  }
}
