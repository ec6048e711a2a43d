/** Counts what code asks of the platform: each of these calls leaves JavaScript, and together they are most of what a request costs. */

const classes = {
  AbortController,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
};
const functions = {
  "Date.now": [Date, "now"],
  fetch: [globalThis, "fetch"],
  setTimeout: [globalThis, "setTimeout"],
} as const;

/** How often each was called, by name: `new Headers`, `Headers.get`, `Request.url` for a property, `URL.parse`. */
export type PlatformCalls = Readonly<Record<string, number>>;

/**
 * Counts what `work` asks for each time. It runs three times, and the least counts: what runs the tests asks for
 * something now and then, too, such as the time.
 */
export async function countPlatformCalls(work: () => Promise<unknown>): Promise<PlatformCalls> {
  const runs = [await countOnce(work), await countOnce(work), await countOnce(work)];
  const names = new Set(runs.flatMap((counts) => Object.keys(counts)));
  const least = [...names].map(
    (name) => [name, Math.min(...runs.map((counts) => counts[name] ?? 0))] as const,
  );
  return Object.fromEntries(least.filter(([, count]) => count > 0));
}

async function countOnce(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const restore = [
    ...Object.entries(classes).flatMap(([name, type]) => [
      countNew(name, type, count),
      ...countMembers(name, type.prototype, count),
    ]),
    ...Object.entries(functions).map(([name, [owner, key]]) => countMember(name, owner, key, count)),
    ...countMembers("Body", Object.getPrototypeOf(Response.prototype), count),
    countMember("URL.parse", URL, "parse", count),
    countMember("crypto.randomUUID", crypto, "randomUUID", count),
  ];
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return counts;
}

type Count = (name: string) => void;

function countNew(name: string, type: new (...args: never[]) => object, count: Count): () => void {
  const counting: typeof type = new Proxy(type, {
    construct(target, args): object {
      count(`new ${name}`);
      return Reflect.construct(target, args);
    },
  });
  return define(globalThis, name, { value: counting, writable: true });
}

function countMembers(name: string, prototype: object, count: Count): (() => void)[] {
  return Object.keys(Object.getOwnPropertyDescriptors(prototype))
    .filter((key) => key !== "constructor")
    .map((key) => countMember(`${name}.${key}`, prototype, key, count));
}

function countMember(name: string, owner: object, key: string, count: Count): () => void {
  const { value, get, set } = descriptorOf(owner, key) ?? {};
  const counted = <F extends (...args: never[]) => unknown>(call: F) =>
    function (this: unknown, ...args: Parameters<F>) {
      count(name);
      return Reflect.apply(call, this, args);
    };
  if (typeof value === "function") return define(owner, key, { value: counted(value), writable: true });
  return get ? define(owner, key, { get: counted(get), ...(set && { set }) }) : () => {};
}

/** Of the object or of what it inherits from. */
function descriptorOf(owner: object | null, key: string): PropertyDescriptor | undefined {
  if (owner === null) return undefined;
  return Object.getOwnPropertyDescriptor(owner, key) ?? descriptorOf(Object.getPrototypeOf(owner), key);
}

/** @returns puts back what was there */
function define(owner: object, key: string, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  Object.defineProperty(owner, key, { configurable: true, ...descriptor });
  return () => {
    if (before) Object.defineProperty(owner, key, before);
    else Reflect.deleteProperty(owner, key);
  };
}
