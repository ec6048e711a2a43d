/** Attacks what is around it in its isolate, where it can change everything that is not kept from it. */

import { AsyncLocalStorage } from "node:async_hooks";
import { connect } from "node:net";
import type { LogBatch, Session } from "../../../src/functions/protocol.ts";

/** The session of the call, and what keeps it, which the runtime does not give to anybody. */
let session: Session;
let calls: AsyncLocalStorage<unknown>;
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function seeCall(
  this: AsyncLocalStorage<unknown>,
  store: unknown,
  work: () => unknown,
) {
  ({ session } = store as { session: Session });
  calls = this;
  return Reflect.apply(run, this, [store, work]);
};

const { stringify } = JSON;

/** Makes the runtime write that answer, once. */
function answer(text: unknown): number {
  JSON.stringify = () => {
    JSON.stringify = stringify;
    return text as string;
  };
  return 1;
}

/** Lets work go on after the call, by the one way to the platform that is left. */
async function afterTheCall(work: () => Promise<unknown>): Promise<number> {
  const { getBuiltinModule } = await import("node:process");
  const { waitUntil } = getBuiltinModule("cloudflare:workers" as "fs") as unknown as {
    waitUntil(work: Promise<unknown>): void;
  };
  waitUntil(work());
  return 1;
}

const log = (batch: unknown) => session.log(batch as LogBatch);

const actions: Record<string, (text: string) => unknown> = {
  one: () => 1,
  answer,
  "answer with no text": () => answer({ length: 10 }),
  "answer without end": () => answer("x".repeat(64 * 1024 * 1024)),
  "replace Response": () => {
    const forged = () => Response.json({ value: "<script>" }, { headers: { "content-type": "text/html" } });
    globalThis.Response = new Proxy(Response, { construct: forged });
    return 1;
  },
  "replace the prototypes": () => {
    Object.defineProperty(Object.prototype, "headers", {
      value: { "content-type": "text/html" },
      writable: true,
    });
    Object.defineProperty(Object.prototype, "status", { value: 599, writable: true });
    String.prototype.replace = () => "<script>";
    return 1;
  },
  "log without end": () => {
    for (let line = 0; line < 50_000; line++) console.log(`line ${line}`);
    return 1;
  },
  "log past the runtime": async () => {
    const lines = Array.from({ length: 100 }, () => ["info", "x"]);
    for (let batch = 0; batch < 50; batch++) await log({ lines, dropped: 0 });
    return 1;
  },
  "log what is no line": async () => {
    const wrong = [
      null,
      1,
      "lines",
      {},
      { lines: "x" },
      { lines: [1, null, ["fatal", "x"], ["info", {}], {}] },
    ];
    for (const batch of wrong) await log(batch);
    for (const dropped of [Number.NaN, -5, "5", 1e300]) await log({ lines: [["info", "seen"]], dropped });
    return 1;
  },
  "call out afterwards": (url) =>
    afterTheCall(async () => {
      const ways = [() => fetch(url), () => session.fetch(url), () => calls.exit(() => fetch(url))];
      for (const send of ways) {
        for (let attempt = 0; attempt < 5; attempt++) {
          await scheduler.wait(1);
          await send().catch(() => {});
        }
      }
    }),
  "keep a request open": async (url) => {
    const pending = session.fetch(url).catch(() => {});
    await fetch(url.replace("hold", "arrived"));
    return afterTheCall(() => pending);
  },
  "keep a socket open": async (url) => {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await fetch(url.replace("hold", "arrived"));
    return afterTheCall(() => new Promise((resolve) => socket.on("close", resolve)));
  },
};

export default async function hostile(action: string, text?: string): Promise<number> {
  const act = actions[action];
  if (!act) throw new Error(`no action ${action}`);
  return (await act(text ?? "")) as number;
}
