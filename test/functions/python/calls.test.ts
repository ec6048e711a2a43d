import { afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { call, deploy, execute, logLines, sourceTo } from "../function-kit.ts";

const { a, b, nobody } = inject("servers");

const secret = "s3cr3t-of-things";

beforeAll(() =>
  deploy({
    sources: [sourceTo("things", a, { additionalSecrets: [{ name: "MySecret", hosts: null }] })],
    secrets: { things: { MySecret: secret } },
    python: true,
  }),
);
afterEach(() => vi.restoreAllMocks());

const probe = (action: string, text = "") => call(action, text, "python_probe");
const failing = async (action: string, text = "") =>
  (await execute("python_probe", { action, text })).body as {
    errorName: string;
    parameters: { message: string };
  };

describe("a call", () => {
  test("and what Python cannot hold of them is no fault of its result", async () => {
    const given = { day: "0000-01-01", items: [] };
    expect(await execute("python_values", given)).toMatchObject({
      status: 400,
      body: {
        errorName: "QueryRuntimeError",
        parameters: { message: "ValueError: expected Date (datetime.date), got a str" },
      },
    });
  });

  test("has parameters and a result of the signature's types", async () => {
    const given = { day: "2026-11-26", items: [1, 2, 3] };
    expect(await execute("python_values", given)).toEqual({
      status: 200,
      body: { value: { "2026-11-26 None": 6 } },
    });
  });

  test.each([
    ["raises", "no", "QueryRuntimeError", "ValueError: no"],
    ["raises_for_user", "sold out", "QueryEncounteredUserFacingError", "sold out"],
    ["runs", "import sys; sys.exit(3)", "QueryRuntimeError", "SystemExit: 3"],
    ["count_nothing", "", "QueryRuntimeError", "KeyError: 'count_nothing'"],
  ])("%s %s is the error %s", async (action, text, errorName, message) => {
    expect(await failing(action, text)).toMatchObject({ errorName, parameters: { message } });
  });

  test("finds what an earlier one has left in the module", async () => {
    const first = Number(await probe("count"));
    expect(Number(await probe("count"))).toBe(first + 1);
  });
});

describe("what a function writes", () => {
  test("is lines of the log, also without an end", async () => {
    const lines = logLines();
    await probe("prints", "text");
    expect(lines.filter(({ event }) => event === "function.log")).toMatchObject([
      { level: "info", text: "out text" },
      { level: "error", text: "err text" },
      { level: "info", text: "no end" },
    ]);
  });

  test("has no secrets in it, printed in parts, raised or in a traceback", async () => {
    const lines = logLines();
    await probe(
      "runs",
      "from functions.sources import get_source as g\ns = g('things').get_secret('MySecret')\nprint(s[:4], end='')\nprint(s[4:])",
    );
    const { parameters } = await failing("raises", `no entry for ${secret}`);
    expect(parameters.message).toBe("ValueError: no entry for ***");
    expect(lines).toContainEqual(expect.objectContaining({ event: "function.log", text: "***" }));
    expect(JSON.stringify(lines)).not.toContain("s3cr3t");
  });

  test("of an error is the traceback of its own files", async () => {
    const lines = logLines();
    await failing("raises_from", "{");
    const [{ stack } = {}] = lines.filter(({ event }) => event === "function.failed");
    expect(stack).toMatch(/File "python_probe.py", line \d+, in raises_from/);
    expect(stack).toContain("The above exception was the direct cause");
    expect(stack).toMatch(/RuntimeError: no JSON$/);
    expect(stack).not.toMatch(/sortie|_call/);
  });
});

describe("requests", () => {
  test("through a source, and to where no policy covers", async () => {
    expect(await probe("fetch", `${a}/status/200?body=ok`)).toBe("200 ok");
    expect(await probe("raw", `${b}/echo`)).toMatch(/^407 .*may not call/);
    expect(await probe("raw", `${a}/status/201?body=ok`)).toBe("201 ok");
  });

  test("have a body and headers, and answers all of theirs", async () => {
    const sent = { source: "things", method: "POST", url: `${a}/echo`, headers: [["x-a", "1"]], body: "ü" };
    const [status, , headers, body] = JSON.parse(await probe("send", JSON.stringify(sent)));
    expect([status, JSON.parse(body)]).toMatchObject([200, { method: "POST", bodyBase64: "w7w=" }]);
    expect(headers).toContainEqual(["x-server", "a"]);
    expect(body).toContain('["x-a","1"]');
    const cookies = { source: "things", url: `${a}/headers?set-cookie=a=1&set-cookie=b=2` };
    expect(JSON.parse(await probe("send", JSON.stringify(cookies)))[2]).toEqual(
      expect.arrayContaining([
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ]),
    );
  });

  test("are not redirected", async () => {
    expect(await probe("fetch", `${a}/redirect`)).toBe("302 moved");
  });

  test("without an answer say why", async () => {
    const error = (more: object) => probe("send_error", JSON.stringify({ source: "things", ...more }));
    expect(await error({ url: `${a}/close` })).toMatch(/^connection: /);
    expect(await error({ url: `${a}/hold/python-timeout`, timeout: 0.05 })).toMatch(/^timeout: /);
    expect(await error({ url: `${a}/bytes/20000000` })).toMatch(/^refused: The answer is longer than/);
    expect(await error({ source: "other", url: `${a}/echo` })).toBe(
      "refused: The function does not declare this source.",
    );
    expect(await probe("raw", nobody)).toMatch(/^407/);
  });

  test("of the library go the same ways", async () => {
    expect(await probe("with_requests", `${a}/status/200?body=ok`)).toBe("200 ok");
    expect(await probe("through_client", "/status/200?body=ok")).toBe("200 ok");
  });
});
