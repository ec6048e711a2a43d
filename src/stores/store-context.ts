/** What a request gives to work on a store: the time, the timer, and a way to go on after its answer. */
export interface StoreContext {
  /** Epoch milliseconds. */
  now(): number;
  /** Settles like `work`, or rejects when it takes longer than `ms`. */
  within<T>(ms: number, work: Promise<T>): Promise<T>;
  waitUntil(work: Promise<unknown>): void;
}
