import { RecentlyUsed } from "./recently-used.ts";

/** How many entries are known at a time to be on their way; of any other, each request makes its own. */
const MOST_RUNNING = 10_000;

/** A request that makes a value for an entry, and that others may wait for. */
interface Filling {
  /** Epoch milliseconds when nobody waits for it any more. */
  readonly until: number;
  readonly ended: Promise<void>;
  end(): void;
}

/** What a request is to others that look for the same entry at the same time. */
export type Turn =
  | { readonly role: "first"; readonly ended: Promise<void>; end(): void }
  | { readonly role: "waiting"; readonly ended: Promise<void> }
  | { readonly role: "alone" };

const alone: Turn = { role: "alone" };

/** The requests of an isolate that are about to put an entry which others look for, too. One counts for each entry. */
export class Fillings {
  readonly #running = new RecentlyUsed<Filling>(MOST_RUNNING, () => 1);
  /** How many entries each request is waited for. */
  readonly #awaited = new WeakMap<object, number>();

  /**
   * Takes a turn. Who may be waited for waits for nobody: two that waited for each other would both stand still.
   * @param request stands for the client's request, and is the same in the proxies that call each other for it
   * @param until epoch milliseconds when others wait no longer
   */
  turn(id: string, request: object, now: number, until: number): Turn {
    const running = this.#running.get(id);
    if (running && running.until > now) {
      return this.#awaited.get(request) ? alone : { role: "waiting", ended: running.ended };
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    let isRunning = true;
    const filling = {
      until,
      ended,
      end: () => {
        if (!isRunning) return;
        isRunning = false;
        this.#count(request, -1);
        if (this.#running.peek(id) === filling) this.#running.delete(id);
        resolve();
      },
    };
    this.#count(request, 1);
    this.#running.set(id, filling);
    return { role: "first", ...filling };
  }

  /** Lets those go on that wait for an entry. */
  end(id: string): void {
    this.#running.peek(id)?.end();
  }

  #count(request: object, more: number): void {
    this.#awaited.set(request, (this.#awaited.get(request) ?? 0) + more);
  }
}
