import { beforeAll, describe, expect, inject, test } from "vitest";
import { application, CLIENT_SECRET, tokens } from "../../credentials/oauth/kit.ts";
import { Scripted } from "../../credentials/script.ts";
import { consent, defaultIdentity, tokenOf } from "../../routes/oauth-kit.ts";
import { deploy, execute, sourceTo } from "../function-kit.ts";

const { a } = inject("servers");
const endpoint = new Scripted();
const calendar = application(`${endpoint.url}/token`);

beforeAll(async () => {
  await deploy({
    sources: [sourceTo("things", a, { auth: { type: "oauth2" }, outboundApplication: calendar.name })],
    outboundApplications: [calendar],
    identity: defaultIdentity,
    secrets: { [`outbound-application:${calendar.name}`]: { clientSecret: CLIENT_SECRET } },
    python: true,
  });
  for (const [index, user] of ["alice", "bob"].entries()) {
    await endpoint.answers(tokens(index + 1));
    await consent(user, calendar.name);
  }
});

/** What the function `python_probe` answers a user. */
async function as(user: string, action: string, text = "") {
  const headers = { authorization: `Bearer ${await tokenOf(user, {})}` };
  const { status, body } = await execute("python_probe", { action, text }, headers);
  return { status, body: body as { value: string; errorName: string; parameters: Record<string, unknown> } };
}

/** The credentials that a server was sent, out of its echo. */
const sent = (echo: string) => /"Authorization","([^"]*)"/i.exec(echo)?.[1] ?? null;
const bearer = (number: number) => `Bearer access-token-${number}`;

describe("two users on one warm interpreter", () => {
  test("one after the other, each with their own token", async () => {
    expect(sent((await as("alice", "fetch", `${a}/echo`)).body.value)).toBe(bearer(1));
    expect(sent((await as("bob", "fetch", `${a}/echo`)).body.value)).toBe(bearer(2));
    expect(JSON.parse((await as("bob", "credentials")).body.value)).toMatchObject({
      accessToken: "access-token-2",
    });
  });

  test("at the same time, each with their own token", async () => {
    const slow = as("alice", "fetch_both", JSON.stringify([`${a}/hold/python-users`, `${a}/echo`]));
    await (await fetch(`${a}/arrived/python-users`)).text();
    expect(sent((await as("bob", "fetch", `${a}/echo`)).body.value)).toBe(bearer(2));
    await (await fetch(`${a}/release/python-users`)).text();
    expect(sent((await slow).body.value)).toBe(bearer(1));
  });

  test("what one prints is not what the other one redirects", async () => {
    const redirects = `
import contextlib, io, sys, _sortie
out, err = io.StringIO(), io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    print("before")
    _sortie.send("things", "GET", "${a}/hold/python-output", [], None, None)
    print("after", file=sys.stderr)
    with contextlib.redirect_stdout(None):
        print("nowhere")
result = [out.getvalue(), err.getvalue()]`;
    const slow = as("alice", "runs", redirects);
    await (await fetch(`${a}/arrived/python-output`)).text();
    const prints =
      "import sys; print('of the other'); print('of the other', file=sys.stderr); result = 'printed'";
    expect((await as("bob", "runs", prints)).body.value).toBe("printed");
    await (await fetch(`${a}/release/python-output`)).text();
    expect((await slow).body.value).toBe(String.raw`['before\n', 'after\n']`);
  });

  test("a client that one has kept acts for whoever calls", async () => {
    expect((await as("alice", "keep", `${a}/echo`)).body.value).toBe("200 kept");
    expect(sent((await as("bob", "use_kept", `${a}/echo`)).body.value)).toBe(bearer(2));
  });

  test("what one has left to be done later is not done", async () => {
    const leave = `
import _sortie, js, sys
from pyodide.ffi import create_proxy
left = sys.modules["_left"] = {}
js.setTimeout(create_proxy(lambda *_: left.update(answer=_sortie.sources())), 1)
result = "left"`;
    const look = `
import sys, js
from pyodide.ffi import create_proxy, run_sync
for _ in range(20):
    run_sync(js.Promise.new(create_proxy(lambda resolve, _: js.setTimeout(resolve, 1))))
result = sys.modules["_left"]`;
    expect((await as("alice", "runs", leave)).body.value).toBe("left");
    expect((await as("bob", "runs", look)).body.value).toBe("{}");
  });

  test.each([
    ["modules", "dir(__import__('_sortie')) + dir(__import__('js')) + dir(__import__('pyodide_js'))"],
    ["objects", "[repr(each)[:500] for each in __import__('gc').get_objects()]"],
  ])("none of Python's %s has the other's token", async (_, expression) => {
    await as("alice", "credentials");
    await as("alice", "fetch", `${a}/echo`);
    const code = `result = "access-token-" + str(1) in str(${expression})`;
    expect((await as("bob", "runs", code)).body.value).toBe("False");
  });
});

test("a user who has not consented learns where to", async () => {
  expect(await as("carol", "fetch", `${a}/echo`)).toMatchObject({
    status: 403,
    body: {
      errorName: "AuthorizationRequired",
      parameters: { authorizeUrl: `http://gateway.test/_sortie/oauth/${calendar.name}/authorize` },
    },
  });
});
