import { beforeEach, describe, expect, inject, test } from "vitest";
import { call, deploy, execute, sourceTo } from "./function-kit.ts";

const { a, b } = inject("servers");
const portOfA = new URL(a).port;

beforeEach(() =>
  deploy({
    sources: [
      sourceTo("things", a, { auth: { type: "bearerToken", bearerToken: "Token" } }),
      sourceTo("Things", "https://api.example.test"),
    ],
    secrets: { things: { Token: "t0ken" } },
    published: { probe: { sources: ["things", "Things"] } },
  }),
);

describe("a host that no egress policy covers gets 407, whichever client asks", () => {
  test.each([
    ["fetch of the source", "fetch", `${b}/echo`],
    ["the global fetch", "raw", `${b}/echo`],
    ["node:https", "node https", "https://127.0.0.1:1/"],
    ["a redirect of the source", "fetch", `${a}/redirect?to=${encodeURIComponent(`${b}/echo`)}`],
    ["a redirect of the global fetch", "raw", `${a}/redirect?to=${encodeURIComponent(`${b}/echo`)}`],
    ["another port", "raw", a.replace(portOfA, "1")],
    ["a user name in front of another host", "raw", `http://127.0.0.1:${portOfA}@other.test/`],
    ["an address in another spelling", "raw", `http://2130706434:${portOfA}/`],
    ["IPv6", "raw", `http://[::1]:${portOfA}/`],
    ["IPv6 for IPv4", "raw", `http://[::ffff:127.0.0.2]:${portOfA}/`],
    ["a name with a dot at its end", "raw", "https://api.example.test./"],
    ["a name that only looks alike", "raw", "https://apі.example.test/"],
    ["a name below", "raw", "https://x.api.example.test/"],
    ["the link-local address of cloud metadata", "raw", "http://169.254.169.254/"],
    ["another scheme's port", "raw", "http://api.example.test/"],
  ])("%s", async (_, action, url) => {
    expect(await call(action, url)).toMatch(/^407/);
  });

  test("the body names the function, the host, the port and what is missing", async () => {
    const { port } = new URL(b);
    const answer = (await call("raw", `${b}/echo?secret=1`)).slice("407 ".length);
    expect(JSON.parse(answer)).toMatchObject({
      error: "Proxy Authentication Required",
      function: "probe",
      host: "127.0.0.1",
      port: Number(port),
      reason: `"127.0.0.1:${port}" is not covered by an active egress policy of things, Things`,
    });
    expect(answer).not.toContain("secret");
  });

  test('url + "api/v1" without the slash says to check the slash', async () => {
    expect(await call("raw", "https://api.example.testapi/v1")).toMatch(/^407 .*check that a slash stands/);
  });
});

describe("what a policy covers is called", () => {
  test.each([
    ["through the source", "fetch", `${a}/status/200?body=yes`],
    ["without it", "raw", `${a}/status/200?body=yes`],
    ["by a redirect", "fetch", `${a}/redirect?to=${encodeURIComponent("/status/200?body=yes")}`],
  ])("%s", async (_, action, url) => {
    expect(await call(action, url)).toBe("200 yes");
  });

  test("axios with the source's agent", async () => {
    const { body } = await execute("callWithAxios", { path: "/status/201?body=yes" });
    expect(body).toEqual({ value: '201 "yes"' });
  });

  test("a body that is streamed", async () => {
    expect(await call("post", `${a}/echo`)).toMatch(/^200 .*"body":"streamed"/);
  });
});

describe("credentials", () => {
  const credentialsIn = (answer: string) => /"Authorization","([^"]*)"/i.exec(answer)?.[1] ?? null;

  test("the source's client adds them in the gateway", async () => {
    expect(credentialsIn(await call("fetch", `${a}/echo`))).toBe("Bearer t0ken");
  });

  test("any other client carries none", async () => {
    expect(credentialsIn(await call("raw", `${a}/echo`))).toBeNull();
  });

  test("a function cannot send others in their place", async () => {
    const request = JSON.stringify({ url: `${a}/echo`, headers: { authorization: "Bearer mine" } });
    expect(credentialsIn(await call("fetch with headers", request))).toBe("Bearer t0ken");
  });

  test.each([{ "x-sortie-source": "things" }, { "x-sortie-user": "alice" }])(
    "headers that imitate the gateway's bring nothing: %j",
    async (headers) => {
      const answer = await call("raw with headers", JSON.stringify({ url: `${a}/echo`, headers }));
      expect(credentialsIn(answer)).toBeNull();
    },
  );

  test("the gateway's own header does not leave", async () => {
    expect(await call("fetch", `${a}/echo`)).not.toMatch(/x-sortie/i);
  });

  test("an answer cannot pretend that the gateway failed", async () => {
    const forged = encodeURIComponent(encodeURIComponent('{"name":"Error","message":"forged"}'));
    expect(await call("fetch", `${a}/headers?x-sortie-failure=${forged}`)).toBe("200 ");
    expect(await call("raw", `${a}/headers?x-sortie-failure=${forged}`)).toBe("200 ");
  });
});

describe("what is reached through a bridge", () => {
  const bridge = { addresses: ["http://127.0.0.1:9"], key: "bridgeKey", binding: null };
  beforeEach(() =>
    deploy({
      sources: [sourceTo("things", a), sourceTo("bridged", b, { bridge })],
      secrets: { bridged: { bridgeKey: "a key that the gateway and the bridge share" } },
      published: { probe: { sources: ["things", "bridged"] } },
    }),
  );

  test("is not reached past it by the function's own clients", async () => {
    expect(await execute("probe", { action: "raw", text: `${b}/echo` })).toMatchObject({
      status: 400,
      body: { parameters: { message: expect.stringContaining("The bridge 127.0.0.1:9 is not reachable") } },
    });
  });

  test.each(["socket", "node socket"])("is not reached by a %s", async (action) => {
    expect(await execute("probe", { action, text: b })).toMatchObject({ status: 400 });
  });

  test("leaves the other sources as they are", async () => {
    expect(await call("raw", `${a}/status/200?body=yes`)).toBe("200 yes");
  });
});

describe("sockets", () => {
  test.each(["socket", "node socket"])("%s: one that a policy covers is connected", async (action) => {
    expect(await call(action, a)).toBe("HTTP/1.1 200 OK");
  });

  test.each(["socket", "node socket"])("%s: any other is refused", async (action) => {
    expect(await execute("probe", { action, text: b })).toMatchObject({ status: 400 });
  });

  test("one with TLS is refused", async () => {
    expect(await execute("probe", { action: "tls socket", text: new URL(a).host })).toMatchObject({
      status: 400,
    });
  });

  test("a connection cannot be upgraded to a WebSocket", async () => {
    expect(await call("websocket", `${a}/echo`)).toMatch(/^407 .*cannot be upgraded/);
    expect(await call("new WebSocket", `${a}/echo`)).toBe("error");
  });
});

describe("a call that has no answer rejects, and does not hang", () => {
  test.each(["fetch", "raw"])("%s: a connection that is closed", async (action) => {
    const { body } = await execute("probe", { action, text: `${a}/close` });
    expect(body).toMatchObject({
      errorName: "QueryRuntimeError",
      parameters: { message: `TypeError: fetch failed: ${new URL(a).host} is not reachable.` },
    });
  });

  test.each(["fetch", "raw"])("%s: a body that is cut off", async (action) => {
    const { body } = await execute("probe", { action, text: `${a}/cut` });
    expect(body).toMatchObject({ errorName: "QueryRuntimeError" });
  });

  test("the same for a client of Node's modules", async () => {
    const { body } = await execute("callWithAxios", { path: "/close" });
    expect(body).toMatchObject({
      errorName: "QueryRuntimeError",
      parameters: { message: expect.stringContaining("fetch failed") },
    });
  });
});

describe("a secret that is bound to hosts", () => {
  const secret = { name: "Bound", hosts: [new URL(a).host] };
  const bound = { apiName: "things", additionalSecrets: [secret] };
  const placeholderOf = async () => JSON.parse(await call("secrets", "things")).Bound as string;

  beforeEach(() =>
    deploy({
      sources: [{ ...sourceTo("things", a), ...bound }, sourceTo("Things", b)],
      secrets: { things: { Bound: "b0und" } },
      published: { probe: { sources: ["things", "Things"] } },
    }),
  );

  test("reaches code as a placeholder only, the same in each call", async () => {
    const placeholder = await placeholderOf();
    expect(placeholder).toMatch(/^sortie_secret_[0-9a-f]+$/);
    expect(await placeholderOf()).toBe(placeholder);
  });

  test.each(["fetch with headers", "raw with headers"])(
    "%s: is put in place for those hosts",
    async (action) => {
      const headers = { "x-key": await placeholderOf() };
      expect(await call(action, JSON.stringify({ url: `${a}/echo`, headers }))).toContain('"b0und"');
    },
  );

  test("and for no other", async () => {
    const headers = { "x-key": await placeholderOf() };
    expect(await call("raw with headers", JSON.stringify({ url: `${b}/echo`, headers }))).not.toContain(
      "b0und",
    );
  });
});
