import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import type { PublishedFunction } from "../../src/functions/published-function.ts";
import { servedBy } from "../../src/worker/gateways.ts";
import { call, deploy, execute, limits, logLines, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");

let isolates = 0;

/** Deploys `hostile` with an isolate of its own, in which nothing has been changed yet. */
function deployHostile(more: Partial<PublishedFunction["limits"]> = {}): Promise<void> {
  const own = { ...limits, timeoutMs: 60_000 + ++isolates, ...more };
  return deploy({
    sources: [sourceTo("things", a)],
    published: { hostile: { limits: own }, probe: { limits: own } },
  });
}

beforeEach(() => deployHostile());
afterEach(() => vi.restoreAllMocks());

const hostile = (action: string, text = "") => execute("hostile", { action, text });

const texts = (lines: readonly Record<string, unknown>[]) =>
  lines.filter(({ event }) => event === "function.log").map(({ text }) => text);

describe("the gateway takes nothing for granted that an isolate answers", () => {
  test.each([
    [
      '{"value":"<script>"}',
      "InvalidQueryOutputValue",
      "expected Integer (-2147483648 to 2147483647), got a string",
    ],
    ["{}", "QueryRuntimeError", "The function gave no answer."],
    ['{"value":1}\r\nx-more: 1', "QueryRuntimeError", "The function gave no answer."],
    ["null", "QueryRuntimeError", "The function gave no answer."],
    ["<script>", "QueryRuntimeError", "The function gave no answer."],
    ['{"error":null}', "QueryRuntimeError", ""],
    ['{"error":{"kind":"__proto__","name":{},"message":[]}}', "QueryRuntimeError", ""],
    [
      '{"error":{"kind":"user-facing","name":"N","message":"sold out"}}',
      "QueryEncounteredUserFacingError",
      "sold out",
    ],
  ])("%s", async (text, errorName, message) => {
    expect((await hostile("answer", text)).body).toMatchObject({ errorName, parameters: { message } });
  });

  test("a member too many does not get to the client, and only lines that are lines to the log", async () => {
    const lines = logLines();
    const log = { lines: [["info", "seen"], ["fatal", "x"], ["info", {}], 5, null], dropped: "many" };
    const { body } = await hostile("answer", JSON.stringify({ value: 1, more: 2, log }));
    expect(body).toEqual({ value: 1 });
    expect(texts(lines)).toEqual(["seen"]);
  });

  test("what is no text", async () => {
    expect((await hostile("answer with no text")).body).toMatchObject({
      errorName: "QueryRuntimeError",
      parameters: { message: "The function threw an error that cannot be read." },
    });
  });

  test("what is too long is not read", async () => {
    expect((await hostile("answer without end")).body).toMatchObject({
      errorName: "InvalidQueryOutputValue",
      parameters: {
        message: "The result is longer than 10485760 bytes of JSON, the limit resultBytes of this function.",
      },
    });
  });

  test.each(["replace Response", "replace the prototypes"])(
    "the next caller gets JSON of its type, or an error of ours: %s",
    async (action) => {
      await hostile(action);
      const { status, body } = await hostile("one");
      expect([200, 400]).toContain(status);
      expect(JSON.stringify(body)).not.toContain("<script>");
    },
  );
});

describe("lines of the console", () => {
  const notKept = (lines: number) =>
    `${lines} more lines were not kept: a call may log 1000 lines and 1048576 characters.`;

  test("without end are counted where they are written, and come in batches", async () => {
    const lines = logLines();
    const { functions } = await servedBy(env).services.load();
    const taken = vi.spyOn(functions, "log");
    expect(await hostile("log without end")).toMatchObject({ body: { value: 1 } });
    expect(texts(lines)).toHaveLength(1001);
    expect(texts(lines).at(-1)).toBe(notKept(49_000));
    expect(taken.mock.calls.length).toBeLessThanOrEqual(1);
  });

  test("that come past the runtime are counted by the gateway", async () => {
    const lines = logLines();
    expect(await hostile("log past the runtime")).toMatchObject({ body: { value: 1 } });
    expect(texts(lines)).toHaveLength(1001);
    expect(texts(lines).at(-1)).toBe(notKept(4000));
  });

  test("that are none are dropped", async () => {
    const lines = logLines();
    expect(await hostile("log what is no line")).toMatchObject({ body: { value: 1 } });
    expect(texts(lines)).toEqual(["seen", "seen", "seen", "seen"]);
  });

  test("are no more than the function's own limit", async () => {
    await deployHostile({ logLines: 3 });
    const lines = logLines();
    await hostile("log without end");
    expect(texts(lines).slice(0, 3)).toEqual(["line 0", "line 1", "line 2"]);
    expect(texts(lines)).toHaveLength(4);
  });
});

describe("sizes", () => {
  const tooLong = (bytes: number) => ({
    errorName: "InvalidQueryOutputValue",
    parameters: {
      message: `The result is longer than ${bytes} bytes of JSON, the limit resultBytes of this function.`,
    },
  });

  test.each([5_000, 10 * 1024 * 1024 - 2])("a result of %i characters passes", async (length) => {
    expect(await call("return long", String(length))).toHaveLength(length);
  });

  test.each([10 * 1024 * 1024 - 1, 300_000_000])("a result of %i characters does not", async (length) => {
    expect((await execute("probe", { action: "return long", text: String(length) })).body).toMatchObject(
      tooLong(10 * 1024 * 1024),
    );
  });

  test("a function's own limit counts, in bytes of JSON", async () => {
    await deployHostile({ resultBytes: 100 });
    expect(await call("text", "x".repeat(98))).toHaveLength(98);
    expect(await call("text", "ü".repeat(49))).toHaveLength(49);
    for (const text of ["x".repeat(99), "ü".repeat(50), '"'.repeat(50)]) {
      expect((await execute("probe", { action: "text", text })).body).toMatchObject(tooLong(100));
    }
  });

  test("an error of five million characters is short for the client and in the log", async () => {
    const lines = logLines();
    const { body } = await execute("probe", { action: "throw long", text: "5000000" });
    const shortened = { message: expect.stringMatching(/^x{4096}… \(more than 32768 characters\)$/) };
    expect(body).toMatchObject({ errorName: "QueryRuntimeError", parameters: shortened });
    expect(lines).toMatchObject([{ event: "function.failed", ...shortened }]);
    expect(JSON.stringify(lines).length).toBeLessThan(20_000);
  });
});

describe("what was promised ends with the call", () => {
  test("no call leaves any more, whatever sends it", async () => {
    const { functions } = await servedBy(env).services.load();
    const late = [vi.spyOn(functions, "throughSource"), vi.spyOn(functions, "withoutCredentials")];
    expect(await hostile("call out afterwards", `${a}/sequence/hostile-late?steps=200`)).toMatchObject({
      status: 200,
    });
    await expect.poll(() => late.map((spy) => spy.mock.calls.length)).toEqual([10, 5]);
    expect(await (await fetch(`${a}/count/hostile-late`)).text()).toBe("0");
  });

  test.each(["request", "socket"])("what a call has left open is closed: %s", async (what) => {
    expect(await hostile(`keep a ${what} open`, `${a}/hold/hostile-${what}`)).toMatchObject({ status: 200 });
    expect((await fetch(`${a}/left/hostile-${what}`)).status).toBe(200);
  });
});
