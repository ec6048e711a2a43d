import { describe, expect, inject, test } from "vitest";
import type { Echo } from "../servers/routes.ts";
import {
  anyPath,
  defaultFault,
  httpTarget,
  proxyFiles,
  serve,
  setHeader,
  setVariable,
  step,
} from "./gateway-kit.ts";

const { a, b } = inject("servers");
const host = a.slice("http://".length);

/** The URL that a target was called with, when its own request flow has set these variables. */
async function calledUrl(url: string, path: string, variables: Readonly<Record<string, string>> = {}) {
  const entries = Object.entries(variables);
  const steps = entries.map(([name]) => step(name)).join("");
  const policies = entries.map(([name, value]) => setVariable(name, name, value));
  const gateway = await serve(
    {
      ...anyPath,
      ...proxyFiles("p", {
        target: `<PreFlow><Request>${steps}</Request></PreFlow>${httpTarget(url)}`,
        policies: Object.assign({}, ...policies),
      }),
    },
    { allow: [a, b] },
  );
  const echo = await (await gateway.fetch(path)).json<Echo>();
  return `${echo.server} ${echo.url}`;
}

describe("a target is called with its URL, the path suffix and the query string", () => {
  test.each([
    [`${a}/echo`, "/p", "a /echo"],
    [`${a}/echo`, "/p/", "a /echo/"],
    [`${a}/echo`, "/p/x/y", "a /echo/x/y"],
    [`${a}/echo/`, "/p/x", "a /echo/x"],
    [`${a}/echo`, "/p?q=1&q=2", "a /echo?q=1&q=2"],
    [`${a}/echo?key=7`, "/p/x?q=1", "a /echo/x?key=7&q=1"],
    [`${a}/echo`, "/p/a%20b%2Fc?q=a%20b+c", "a /echo/a%20b%2Fc?q=a%20b+c"],
    [`${a}/echo`, "/p?flag&empty=", "a /echo?flag&empty="],
    [`\n  ${a}/echo\n`, "/p/x", "a /echo/x"],
    [`${a}/echo/{request.queryparam.id}`, "/p/x?id=7", "a /echo/7/x?id=7"],
  ])("%j called for %s", async (url, path, expected) => {
    expect(await calledUrl(url, path)).toBe(expected);
  });
});

describe("the target's request flow", () => {
  test.each([
    ["the base of the URL", { "target.url": `${b}/echo/other` }, "b /echo/other/x?q=1"],
    ["whether the path suffix is appended", { "target.copy.pathsuffix": "false" }, "a /echo?q=1"],
    ["whether the query string is appended", { "target.copy.queryparams": "false" }, "a /echo/x"],
    [
      "all of it",
      {
        "target.url": `${b}/echo?own=1`,
        "target.copy.pathsuffix": "false",
        "target.copy.queryparams": "false",
      },
      "b /echo?own=1",
    ],
  ])("sets %s", async (_, variables, expected) => {
    expect(await calledUrl(`${a}/echo`, "/p/x?q=1", variables)).toBe(expected);
  });

  test("sets variables that the URL is a template of", async () => {
    expect(await calledUrl("http://{where}/echo", "/p/x", { where: host })).toBe("a /echo/x");
  });
});

describe("a target without a URL, or with one that is not absolute,", () => {
  test.each(["", "set-by-flow", "/path"])("is called at what a flow sets: %j", async (url) => {
    expect(await calledUrl(url, "/p/x", { "target.url": `${b}/echo` })).toBe("b /echo/x");
  });

  test.each(["", "set-by-flow", "/path"])("is unavailable when none does: %j", async (url) => {
    const gateway = await serve(proxyFiles("p", { target: httpTarget(url) }), { allow: [a] });
    const response = await gateway.fetch("/p/x");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(
      defaultFault(
        "messaging.adaptors.http.flow.ServiceUnavailable",
        "The Service is temporarily unavailable",
      ),
    );
  });
});

describe("a target whose host is made of a variable", () => {
  const url = "https://{where}/x/{more}";

  test.each([
    [
      "without a value is unavailable, and the log names it",
      {},
      "the variable where in the URL has no value, and",
    ],
    ["is refused for its value", { where: "evil.example" }, '"evil.example" is not in the egress list'],
    [
      "is refused for what a flow writes",
      { "target.url": "ftp://other.test/" },
      'the URL cannot be called: its scheme is "ftp"',
    ],
  ])("%s", async (_, variables: Readonly<Record<string, string>>, reason) => {
    const names = Object.keys(variables);
    const policies = Object.entries(variables).map(([name, value]) => setVariable(name, name, value));
    const flow = `<PreFlow><Request>${names.map((name) => step(name)).join("")}</Request></PreFlow>`;
    const gateway = await serve(
      proxyFiles("p", { target: flow + httpTarget(url), policies: Object.assign({}, ...policies) }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([
      503,
      defaultFault(
        "messaging.adaptors.http.flow.ServiceUnavailable",
        "The Service is temporarily unavailable",
      ),
    ]);
    expect(gateway.log).toEqual([
      expect.objectContaining({ event: "egress.refused", reason: expect.stringMatching(`^${reason}`) }),
    ]);
  });
});

test("target.url that the proxy endpoint sets has no effect, because the target begins with its own", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("Set")}</Request></PreFlow>`,
      target: httpTarget(`${a}/echo`),
      policies: setVariable("Set", "target.url", `${b}/echo`),
    }),
    { allow: [b] },
  );
  expect(await (await gateway.fetch("/p")).json()).toMatchObject({ server: "a" });
});

test("the variables of the target tell what was called", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PostFlow><Response>${step("Tell")}</Response></PostFlow>`,
      target: httpTarget(`${a}/status/200`),
      policies: setHeader(
        "Tell",
        "x-told",
        "{target.name} {target.evaluated.url} {target.scheme} {target.host} {target.basepath} {request.url} {request.uri}",
      ),
    }),
  );
  const response = await gateway.fetch("/p/x?q=1");
  expect(response.headers.get("x-told")).toBe(
    `default ${a}/status/200/x?q=1 http 127.0.0.1 /status/200 http://127.0.0.1/status/200/x?q=1 /status/200/x?q=1`,
  );
});
