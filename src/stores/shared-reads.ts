import type { StoreContext } from "./store-context.ts";

/**
 * Reads that several requests wait for at once. One goes on when the client that began it has left; one that the platform
 * ended with that request never settles, so after a time the next one who asks begins anew.
 */
export class SharedReads<Value> {
  readonly #timeoutMs: number;
  readonly #running = new Map<string, { readonly value: Promise<Value>; readonly startedAt: number }>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Settles as the read does, or rejects when it takes too long. */
  get(id: string, read: () => Promise<Value>, context: StoreContext): Promise<Value> {
    return context.within(this.#timeoutMs, this.#shared(id, read, context));
  }

  #shared(id: string, read: () => Promise<Value>, context: StoreContext): Promise<Value> {
    const startedAt = context.now();
    const running = this.#running.get(id);
    if (running && startedAt - running.startedAt <= this.#timeoutMs) return running.value;
    const reading = { value: read(), startedAt };
    this.#running.set(id, reading);
    const ended = () => {
      if (this.#running.get(id) === reading) this.#running.delete(id);
    };
    context.waitUntil(reading.value.then(ended, ended));
    return reading.value;
  }
}
