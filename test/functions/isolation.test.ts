import { beforeAll, describe, expect, inject, test } from "vitest";
import { call, deploy, execute, limits, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");
const things = sourceTo("things", a);

beforeAll(() => deploy({ sources: [things] }));

test("a function has no variables", async () => {
  expect(await call("variables")).toBe("");
});

describe("nothing of the platform is there that outlives a call, or that belongs to the Worker", () => {
  test("the module that has both is an empty one, however it is imported", async () => {
    expect(await call("import the platform")).toBe("");
    for (const name of ["cloudflare:workers", "./cloudflare:workers"]) {
      expect(await call("import", name)).toBe("");
      expect(await call("require", name)).toBe("");
    }
  });

  test.each(["process.getBuiltinModule", "navigator.sendBeacon", "ExecutionContext", "caches"])(
    "%s does not exist",
    async (path) => {
      expect(await call("type of", path)).toBe("undefined");
    },
  );

  test("what takes calls takes its text from the function, and gives it nothing", async () => {
    expect(await call("import", "main.js")).toBe("default");
    expect(await call("call the handler in", "main.js")).toBe("200 ");
  });

  test.each([
    "cloudflare-internal:workers",
    "node-internal:process",
    "workerd:unsafe",
    "internal:unsafe-eval",
  ])("there is no module %s", async (name) => {
    const { body } = await execute("probe", { action: "import", text: name });
    expect(body).toMatchObject({ parameters: { message: expect.stringContaining("No such module") } });
  });
});

test("a source that is there and that the function does not declare is not its to have", async () => {
  await deploy({ sources: [things, sourceTo("other", a)] });
  expect(await execute("probe", { action: "get source", text: "things" })).toMatchObject({ status: 200 });
  expect(await execute("probe", { action: "get source", text: "other" })).toMatchObject({
    status: 400,
    body: { parameters: { message: expect.stringContaining("other") } },
  });
});

test("text cannot become code", async () => {
  expect(await execute("probe", { action: "eval" })).toMatchObject({
    status: 400,
    body: { parameters: { message: expect.stringContaining("EvalError") } },
  });
});

test("what an earlier call has kept is good for nothing", async () => {
  await call("keep");
  expect(await execute("probe", { action: "use kept fetch", text: `${a}/echo` })).toMatchObject({
    status: 400,
    body: { parameters: { message: expect.stringContaining("belongs to another call") } },
  });
});

describe("an isolate serves many calls", () => {
  test("and another one is used when a source, the code or a limit is another", async () => {
    const first = Number(await call("count"));
    expect(Number(await call("count"))).toBe(first + 1);

    const changed = { ...things, egressPolicies: [...things.egressPolicies, ...things.egressPolicies] };
    await deploy({ sources: [changed] });
    expect(await call("count")).toBe("1");

    await deploy({
      sources: [things],
      published: { probe: { limits: { ...limits, cpuMs: 30_000, subRequests: 10 } } },
    });
    expect(await call("count")).toBe("1");
  });
});
