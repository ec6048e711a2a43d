import { expect, inject, test } from "vitest";
import type { Echo } from "./routes.ts";

const { a, b, nobody } = inject("servers");

test("a server echoes the request as it arrived on the wire", async () => {
  const response = await fetch(`${a}/echo/x?q=1`, { method: "POST", headers: { "X-One": "1" }, body: "hi" });
  const echo = await response.json<Echo>();
  expect(echo).toMatchObject({ server: "a", method: "POST", url: "/echo/x?q=1", body: "hi" });
  expect(echo.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`)).toContain("x-one: 1");
});

test("a held request is answered when another one releases it, on whichever server", async () => {
  const held = fetch(`${a}/hold/routes-hold`);
  await fetch(`${b}/arrived/routes-hold`).then((r) => r.text());
  await fetch(`${b}/release/routes-hold`).then((r) => r.text());
  expect(await (await held).text()).toBe("released");
});

test("a client that gives up is noticed", async () => {
  const gone = new AbortController();
  const held = fetch(`${a}/hold/routes-left`, { signal: gone.signal });
  await fetch(`${a}/arrived/routes-left`).then((r) => r.text());
  gone.abort();
  await expect(held).rejects.toThrow();
  expect((await fetch(`${a}/left/routes-left`)).status).toBe(200);
});

test("a sequence answers its steps in order and repeats the last one", async () => {
  const step = async () => {
    const response = await fetch(`${b}/sequence/routes-steps?steps=503,200`);
    await response.text();
    return response.status;
  };
  expect([await step(), await step(), await step()]).toEqual([503, 200, 200]);
  expect(await (await fetch(`${b}/count/routes-steps`)).text()).toBe("3");
});

test("half a body arrives before the other half is released", async () => {
  const response = await fetch(`${a}/half/routes-half`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("first half,");
  await fetch(`${a}/release/routes-half`).then((r) => r.text());
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("second half");
});

test("several Set-Cookie lines stay apart", async () => {
  const response = await fetch(`${a}/headers?set-cookie=a%3D1&set-cookie=b%3D2`);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

test.each([`${a}/close`, `${nobody}/`])("no answer comes from %s", async (url) => {
  await expect(fetch(url)).rejects.toThrow();
});

test("a body that is cut off fails while it is read", async () => {
  await expect((await fetch(`${a}/cut`)).text()).rejects.toThrow();
});
