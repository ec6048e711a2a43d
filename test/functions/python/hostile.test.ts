import { env, waitUntil } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { contextOf } from "../../../src/worker/functions.ts";
import { servedBy } from "../../../src/worker/gateways.ts";
import { call, deploy, execute, limits, logLines, sourceTo } from "../function-kit.ts";

const { a, b } = inject("servers");

/** One isolate for all of it: what one test breaks, the next one must find whole. */
beforeAll(() =>
  deploy({
    sources: [sourceTo("things", a)],
    secrets: {},
    published: { python_probe: { limits: { ...limits, timeoutMs: 60_001, resultBytes: 100_000 } } },
    python: true,
  }),
);
afterEach(() => vi.restoreAllMocks());

const runs = (code: string) => call("runs", code, "python_probe");
const failing = async (code: string) =>
  (await execute("python_probe", { action: "runs", text: code })).body as {
    errorName: string;
    parameters: { message: string };
  };

describe("nothing of the machine, the Worker or the platform is there", () => {
  test("no variables but those of Python itself", async () => {
    const names = await runs("import os; result = sorted(os.environ)");
    expect(names).not.toMatch(/SECRETS_KEY|REFRESH|CONFIG/);
    expect(await runs("import os; result = os.environ.get('HOME')")).toBe("/function");
  });

  test("no files but its own and Python's, and what is written stays in memory", async () => {
    expect(await runs("import os; result = sorted(os.listdir('/'))")).toBe(
      "['dev', 'function', 'home', 'lib', 'proc', 'sortie', 'tmp']",
    );
    expect(await runs("open('/tmp/x', 'w').write('y'); result = open('/tmp/x').read()")).toBe("y");
    expect((await failing("open('/etc/passwd')")).parameters.message).toMatch(/^FileNotFoundError/);
  });

  test.each([
    ["import subprocess; subprocess.run(['ls'])", /^OSError|does not support processes/],
    ["import os; os.fork()", /^(OSError|AttributeError)/],
    ["import os; result = os.system('ls'); assert result == 0", /^(AssertionError|OSError|AttributeError)/],
    ["import threading; threading.Thread(target=print).start()", /^RuntimeError: can't start new thread/],
    ["import multiprocessing; multiprocessing.Process(target=print).start()", /Error/],
    ["import socket; socket.socket().connect(('127.0.0.1', 80))", /^OSError: Sockets cannot be opened/],
    [
      "import pyodide_js, pyodide.ffi; pyodide.ffi.run_sync(pyodide_js.loadPackage('numpy'))",
      /No known package|Error/,
    ],
  ])("%s", async (code, message) => {
    const { errorName, parameters } = await failing(code);
    expect(errorName).toBe("QueryRuntimeError");
    expect(parameters.message).toMatch(message);
  });

  test.each([
    "js.eval('1')",
    "js.Function.new('return 1')()",
    "js.Object.constructor('return globalThis')()",
  ])("text cannot become code of the isolate: %s", async (expression) => {
    expect((await failing(`import js; result = ${expression}`)).parameters.message).toMatch(
      /EvalError|disallowed/,
    );
  });

  test("the isolate's own fetch goes out as all requests do", async () => {
    const fetches = (url: string) =>
      runs(`import js
from pyodide.ffi import run_sync
answer = run_sync(js.fetch("${url}"))
result = str(answer.status) + run_sync(answer.text())`);
    expect(await fetches(`${b}/echo`)).toMatch(/^407.*may not call/);
    expect(await fetches(`${a}/status/200?body=ok`)).toBe("200ok");
  });

  test("no method has a system repeat the credentials that the gateway adds", async () => {
    const sent = { source: "things", method: "TRACE", url: `${a}/echo` };
    expect(await call("send_error", JSON.stringify(sent), "python_probe")).toMatch(
      /^connection: .*TRACE is not sent/,
    );
  });

  test.each([
    ["5", "400", "InvalidArgument"],
    ["None", "400", "InvalidArgument"],
    ["'//['", "400", "InvalidArgument"],
    ["'/api/v2/ontologies/o/queryTypes/%E0%A4'", "404", "QueryNotFound"],
  ])(
    "what is no question about the ontology has an answer, and leaves no line of the platform: %s",
    async (path, status, name) => {
      const answer = await runs(`import _sortie; result = _sortie.ontology("GET", ${path}, None)`);
      expect(answer).toMatch(new RegExp(`^\\(${status}, .*${name}`));
    },
  );

  test("nothing keeps what outlives a call", async () => {
    expect(await runs("import js; result = hasattr(js, 'caches')")).toBe("False");
  });

  test("a source is not to be had by forging the gateway's header", async () => {
    const sent = { url: `${a}/echo`, headers: [["x-sortie-source", "things"]] };
    expect(await call("send", JSON.stringify(sent), "python_probe")).not.toContain("x-sortie-source");
  });
});

test("lines without end are counted where they are written, and come in batches", async () => {
  const lines = logLines();
  await runs("for i in range(50_000): print('line', i)");
  const texts = lines.flatMap(({ event, text }) => (event === "function.log" ? [text] : []));
  expect(texts).toHaveLength(1001);
  expect(texts.at(-1)).toMatch(/^49000 more lines were not kept/);
});

describe("what ends or breaks Python, ends one call", () => {
  test.each([
    ["def f(): f()\nf()", "QueryRuntimeError", /^RecursionError/],
    ["x = []\nwhile True: x.append(bytes(10_000_000))", "QueryRuntimeError", /^MemoryError/],
    ["raise KeyboardInterrupt", "QueryRuntimeError", /^KeyboardInterrupt/],
    [
      "class E(Exception):\n  def __str__(self): raise self\nraise E()",
      "QueryRuntimeError",
      /cannot be read/,
    ],
    ["import os; os._exit(1)", "QueryRuntimeError", /^Python has ended|SystemExit/],
    ["import os; os.abort()", "QueryRuntimeError", /^Python has ended/],
    ["import ctypes; ctypes.string_at(0xFFFFFFF0, 4096)", "QueryRuntimeError", /./],
    ["import _sortie; _sortie._bridge = None", null, /./],
    ["import sys; sys.modules['requests'] = sys.modules['json'] = None", null, /./],
    ["import builtins; builtins.print = None", null, /./],
    ["import sys; sys.stdout = sys.stderr = None", null, /./],
  ])("%s", async (code, errorName, message) => {
    const { status, body } = await execute("python_probe", { action: "runs", text: code });
    if (errorName !== null) {
      expect(body).toMatchObject({
        errorName,
        parameters: { message: expect.stringMatching(message) },
      });
    } else expect([200, 400]).toContain(status);
    const next = await execute("python_probe", { action: "runs", text: "result = 6 * 7" });
    expect([200, 400]).toContain(next.status);
    expect(JSON.stringify(next.body)).toMatch(/^\{"value":"42"\}$|"errorName":"Query/);
  });
});

describe("results", () => {
  test.each([
    ["a text of its limit passes", "'x' * 99_000", null],
    ["one that is longer does not", "'x' * 100_000", "InvalidQueryOutputValue"],
    ["nor one of many bytes", "'\\u00fc' * 60_000", "InvalidQueryOutputValue"],
    ["nor half a character", "'\\ud800'", "InvalidQueryOutputValue"],
  ])("%s", async (_, expression, errorName) => {
    const { body } = await execute("python_probe", { action: "runs", text: `result = ${expression}` });
    if (errorName) expect(body).toMatchObject({ errorName });
    else expect(body).toHaveProperty("value");
  });

  test.each([
    ["1", "expected String, got an int"],
    ["object()", "expected String, got an object"],
    ["lambda: 1", "expected String, got a function"],
    ["None", "expected String, got None"],
  ])("that are no text: %s", async (text, message) => {
    expect((await execute("python_probe", { action: "evaluates", text })).body).toMatchObject({
      errorName: "InvalidQueryOutputValue",
      parameters: { message },
    });
  });
});

test("what an error says is cut, for the client and in the log", async () => {
  const lines = logLines();
  const { parameters } = await failing("raise ValueError('x' * 5_000_000)");
  expect(parameters.message.length).toBeLessThan(5000);
  expect(JSON.stringify(lines).length).toBeLessThan(40_000);
});

test("a loop without end is ended with the call's time, and the next call finds Python whole", async () => {
  const endless = "while True:\n  try:\n    while True: pass\n  except BaseException: pass";
  const parameters = { action: "runs", text: endless };
  const { functions } = await servedBy(env).services.load();
  const caller = { kind: "anonymous" } as const;
  const call = functions.execute(
    { name: "python_probe", parameters, caller, timeoutMs: 300 },
    contextOf({ waitUntil }),
  );
  await expect(call).rejects.toMatchObject({ errorName: "QueryTimeExceededLimit" });
  expect(await runs("result = 6 * 7")).toBe("42");
});

test("whoever breaks the isolate itself gets errors, and so do those after", async () => {
  for (const code of ["import js; js.Promise = js.Response = js.JSON = js.String = None", "result = 1"]) {
    const { status, body } = await execute("python_probe", { action: "runs", text: code });
    expect([200, 400]).toContain(status);
    expect(JSON.stringify(body)).not.toContain("<script>");
  }
});
