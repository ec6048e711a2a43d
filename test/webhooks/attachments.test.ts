import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { HistoryEntry } from "../../src/webhooks/history.ts";
import { deploy, fromDeveloper, sourceTo } from "../functions/function-kit.ts";
import { defaultIdentity, tokenOf } from "../routes/oauth-kit.ts";
import type { Echo } from "../servers/routes.ts";
import { executeWebhook, webhooksFrom } from "./webhook-kit.ts";

const { a } = inject("servers");

const file = (body: string, optional = false) => `
source: Things
inputs: { file: { type: attachment, optional: ${optional} }, note: { type: string, optional: true } }
calls: [{ name: call, method: POST, path: /echo, body: ${body} }]
outputs: { sent: { type: string, from: call } }
`;

beforeAll(() =>
  deploy({
    sources: [sourceTo("Things", a)],
    identity: defaultIdentity,
    webhooks: webhooksFrom({
      binary: file('{ type: binaryFile, value: "{input.file}" }'),
      maybe: file('{ type: binaryFile, value: "{input.file}" }', true),
      form: file(
        '{ type: formData, fields: { upload: "{input.file}", note: "{input.note}", kind: a } }',
        true,
      ),
      json: file('{ type: json, value: { name: "{input.file.name}", data: "{input.file.content}" } }'),
    }),
  }),
);

const base64 = (text: string) => Buffer.from(text).toString("base64");
const attachment = { name: "ä b.txt", mediaType: "text/plain", content: base64("zürich\r\n--x") };

async function sent(name: string, input: Readonly<Record<string, unknown>>) {
  const { status, body } = await executeWebhook(name, input, fromDeveloper());
  if (status !== 200) throw new Error(JSON.stringify(body));
  const echo: Echo = JSON.parse(String(body.value.sent));
  const headers = new Headers(echo.headers.map(([key, value]): [string, string] => [key, value]));
  return { body: echo.body, type: headers.get("content-type") };
}

const formIn = ({ body, type }: { body: string; type: string | null }) =>
  new Response(body, { headers: { "content-type": type ?? "" } }).formData();

describe("an attachment", () => {
  test("is the body, with its media type", async () => {
    expect(await sent("binary", { file: attachment })).toEqual({ body: "zürich\r\n--x", type: "text/plain" });
    const { mediaType, ...untyped } = attachment;
    expect(await sent("binary", { file: untyped })).toMatchObject({ type: "application/octet-stream" });
  });

  test("is a file of a form, beside texts", async () => {
    const form = await formIn(await sent("form", { file: attachment, note: "n" }));
    const file = form.get("upload") as unknown as File;
    expect([file.name, file.type, await file.text()]).toEqual(["ä b.txt", "text/plain", "zürich\r\n--x"]);
    expect([form.get("note"), form.get("kind")]).toEqual(["n", "a"]);
  });

  test("that is optional and not given is left out", async () => {
    expect(await sent("maybe", {})).toEqual({ body: "", type: null });
    expect([...(await formIn(await sent("form", {}))).keys()]).toEqual(["kind"]);
  });

  test("is taken apart in other bodies", async () => {
    const { body } = await sent("json", { file: attachment });
    expect(JSON.parse(body)).toEqual({ name: attachment.name, data: attachment.content });
  });

  test.each([
    ["text", "is no file"],
    ["no base64", { ...attachment, content: "a" }],
    ["no name", { ...attachment, name: "" }],
    ["a folder", { ...attachment, name: "../a" }],
    ["a folder of another system", { ...attachment, name: "..\\a" }],
    ["a line break in its name", { ...attachment, name: 'a"\r\nX-Evil: 1' }],
    ["a name without end", { ...attachment, name: "a".repeat(256) }],
    ["a line break in its media type", { ...attachment, mediaType: "text/plain\r\nX-Evil: 1" }],
    ["parameters of its media type", { ...attachment, mediaType: "multipart/form-data; boundary=x" }],
    ["no media type", { ...attachment, mediaType: "text" }],
  ])("of %s is refused", async (_, file) => {
    expect((await executeWebhook("binary", { file }, fromDeveloper())).body.errorName).toBe(
      "InvalidQueryParameterValue",
    );
  });

  test("is kept in the history without what is in it", async () => {
    const headers = { authorization: `Bearer ${await tokenOf("files")}` };
    await executeWebhook("maybe", { file: attachment }, headers);
    const entry = await vi.waitUntil(async () => {
      const response = await exports.default.fetch("http://gateway.test/_sortie/webhooks/maybe/history", {
        headers,
      });
      return ((await response.json()) as { data: HistoryEntry[] }).data[0];
    });
    expect(entry.inputs).toEqual({ file: { name: "ä b.txt", mediaType: "text/plain", bytes: 12 } });
  });
});
