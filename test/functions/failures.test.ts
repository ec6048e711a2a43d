import { afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { call, deploy, execute, limits, logLines, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");
const secret = 's3cr3t "quoted"/+=';

beforeAll(() =>
  deploy({
    sources: [sourceTo("things", a, { additionalSecrets: [{ name: "MySecret", hosts: null }] })],
    secrets: { things: { MySecret: secret } },
  }),
);

afterEach(() => vi.restoreAllMocks());

describe("what a function throws", () => {
  test("a UserFacingError is a conflict, with its message", async () => {
    const { status, body } = await execute("probe", { action: "user-facing", text: "No stock left" });
    expect(status).toBe(409);
    expect(body).toEqual({
      errorCode: "CONFLICT",
      errorName: "QueryEncounteredUserFacingError",
      errorInstanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      parameters: { functionRid: "probe", functionVersion: "probe", message: "No stock left" },
    });
  });

  test("any other error is a runtime error: the message for the client, the stack for the log", async () => {
    const lines = logLines();
    const { status, body } = await execute("probe", { action: "throw", text: "boom" });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errorCode: "INVALID_ARGUMENT",
      errorName: "QueryRuntimeError",
      parameters: { message: "TypeError: boom" },
    });
    expect(JSON.stringify(body)).not.toContain("function.js");
    const { errorInstanceId } = body as { errorInstanceId: string };
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: "function.failed",
        call: errorInstanceId,
        stack: expect.stringContaining("function.js"),
      }),
    );
  });

  test.each([
    ["throw text", 'The function threw the text "boom", which is no error.'],
    ["throw undefined", "The function threw undefined, which is no error."],
    ["throw hostile", "The function threw an error that cannot be read."],
  ])("%s", async (action, message) => {
    const { body } = await execute("probe", { action, text: "boom" });
    expect(body).toMatchObject({ errorName: "QueryRuntimeError", parameters: { message } });
  });
});

describe("what a function returns must be of its type", () => {
  test.each([
    ["return undefined", "expected String, got undefined"],
    ["return function", "expected String, got a function"],
    ["return BigInt", "expected String, got a bigint"],
    ["return cycle", "expected String, got an object"],
    ["return Response", "expected String, got an instance of Response"],
    ["return symbol", "expected String, got a symbol"],
  ])("%s", async (action, message) => {
    const { status, body } = await execute("probe", { action });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errorName: "InvalidQueryOutputValue", parameters: { message } });
  });
});

describe("what a function writes", () => {
  test("goes to the log at once, with its secrets masked", async () => {
    const lines = logLines();
    expect(await call("log", secret)).toBe("logged");
    const texts = lines
      .filter(({ event }) => event === "function.log")
      .map(({ level, text }) => [level, text]);
    expect(texts).toEqual([
      ["info", "*** and { nested: '***' }"],
      ["error", expect.stringMatching(/^Error: \*\*\*\n/)],
      ["info", "***"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("s3cr3t");
  });

  test("the message of an error is masked as well", async () => {
    const lines = logLines();
    const { body } = await execute("probe", { action: "throw", text: `no entry for ${secret}` });
    expect(body).toMatchObject({ parameters: { message: "TypeError: no entry for ***" } });
    expect(JSON.stringify([lines, body])).not.toContain("s3cr3t");
  });

  test.each(["log text", "throw"])("%s: of a secret that is cut off nothing is left", async (action) => {
    const lines = logLines();
    // Masked, it is short enough for its end to be logged.
    await execute("probe", { action, text: `${"-".repeat(5)}${secret.repeat(2000)}` });
    expect(JSON.stringify(lines)).toContain("***… (more than 32768 characters)");
    expect(JSON.stringify(lines)).not.toContain("s3");
  });

  test("a line is shortened, and after a thousand lines no more are taken", async () => {
    const lines = logLines();
    await call("log one long");
    await call("log much");
    const texts = lines.filter(({ event }) => event === "function.log").map(({ text }) => String(text));
    expect(texts[0]).toMatch(/^y{8192}… \(20000 characters\)$/);
    expect(texts).toHaveLength(1 + 1000 + 1);
    expect(texts.at(-1)).toBe(
      "101 more lines were not kept: a call may log 1000 lines and 1048576 characters.",
    );
  });

  test("a promise that nobody waits for does no harm", async () => {
    const lines = logLines();
    expect(await call("reject unhandled", `${a}/status/200`)).toBe("went on");
    expect(lines).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining("Unhandled rejection: Error: nobody waits") }),
    );
  });
});

describe("time", () => {
  test("a call that is ended has left what it wrote before", async () => {
    const lines = logLines();
    const slow = execute("probe", { action: "log and wait", text: `${a}/hold/log-and-wait` });
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ text: "before" }));
    await (await fetch(`${a}/release/log-and-wait`)).text();
    expect(await slow).toMatchObject({ status: 200 });
  });

  const hasArrived = async () => (await (await fetch(`${a}/count/too-long`)).text()) !== "0";

  test("a call that takes too long is ended, and what it does then goes nowhere", async () => {
    // Where a function starts more slowly than its limit, it has done nothing yet.
    for (let timeoutMs = 100; !(await hasArrived()); timeoutMs *= 2) {
      await deploy({
        sources: [sourceTo("things", a)],
        published: { probe: { limits: { ...limits, timeoutMs } } },
      });
      expect(await execute("probe", { action: "fetch", text: `${a}/hold/too-long` })).toMatchObject({
        status: 500,
        body: { errorCode: "TIMEOUT", errorName: "QueryTimeExceededLimit" },
      });
    }
    expect((await fetch(`${a}/left/too-long`)).status).toBe(200);
  });
});
