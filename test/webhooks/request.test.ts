import fc from "fast-check";
import { expect, test } from "vitest";
import { compileWebhook } from "../../src/webhooks/compile.ts";
import { buildRequest } from "../../src/webhooks/request.ts";
import { ValueNotUsable } from "../../src/webhooks/template.ts";
import { webhooksFrom } from "./webhook-kit.ts";

const [file] = webhooksFrom({
  probe: `
source: Things
inputs: { a: { type: string }, b: { type: string } }
calls:
  - name: only
    method: POST
    path: /v1/{input.a}/x-{input.b}.json
    query: { q: "{input.a}", fixed: "1" }
    headers: { X-B: "{input.b}" }
    body: { type: xml, value: "<a b=\\"{input.a}\\">{input.b}</a>" }
`,
});
const [call] = file ? compileWebhook(file, () => expect.unreachable()).calls : [];
const built = async (a: string, b: string) => {
  if (!call) throw new Error("there is a call");
  return buildRequest(call, new Map([["input", { a, b }]]));
};

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "..",
    ".",
    "",
    "%2e%2e",
    "/",
    "\\",
    "a/../../b",
    "?x=1",
    "#f",
    "\r\nX-Evil: 1",
    "@evil",
    "\0",
  ),
);

test("whatever a value is, it changes neither the path's structure, nor the query's, nor the headers'", async () => {
  await fc.assert(
    fc.asyncProperty(nasty, nasty, async (a, b) => {
      let request: Awaited<ReturnType<typeof built>>;
      try {
        request = await built(a, b);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueNotUsable);
        return;
      }
      const url = new URL(`https://api.example.com${request.target}`);
      expect(url.host).toBe("api.example.com");
      const [root, version, first = "", second = "", ...more] = url.pathname.split("/");
      expect([root, version, more]).toEqual(["", "v1", []]);
      expect(decodeURIComponent(first)).toBe(a.toWellFormed());
      expect(decodeURIComponent(second)).toBe(`x-${b.toWellFormed()}.json`);
      expect([...url.searchParams]).toEqual([
        ["q", a.toWellFormed()],
        ["fixed", "1"],
      ]);
      expect(url.hash).toBe("");
      expect([...request.headers.keys()].sort()).toEqual(["content-type", "x-b"]);
      expect(request.headers.get("x-b")).toBe(b);
      expect(String(request.body)).toMatch(/^<a b="[^"<>]*">[^<>]*<\/a>$/);
    }),
    { numRuns: 500 },
  );
});

test.each([".", "..", ""])("a part of a path that would be %j is not sent", async (value) => {
  await expect(built(value, "b")).rejects.toThrow(/input\.a would change the structure of the path/);
});

test.each(["a\r\nX-Evil: 1", "a\nb", " a", "ä", "a\0"])("%j is no value of a header", async (value) => {
  await expect(built("a", value)).rejects.toThrow(/The header X-B cannot carry its value/);
});
