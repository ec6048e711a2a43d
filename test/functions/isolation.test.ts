import { beforeAll, describe, expect, inject, test } from "vitest";
import { call, deploy, execute, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");
const things = sourceTo("things", a);

beforeAll(() => deploy({ sources: [things] }));

test("a function has no bindings, no variables and no exports but its own", async () => {
  expect(JSON.parse(await call("environment"))).toEqual({
    bindings: [],
    exports: ["default"],
    variables: [],
  });
});

test("a function cannot call itself past the gateway", async () => {
  expect(await call("call own entrypoint")).toBe("403 Only the gateway can call a function.");
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
      published: { probe: { limits: { timeoutMs: 60_000, cpuMs: 50, subRequests: 10 } } },
    });
    expect(await call("count")).toBe("1");
  });
});
