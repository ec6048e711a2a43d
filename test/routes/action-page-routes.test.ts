import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { deploy } from "../functions/function-kit.ts";
import { defaultIdentity, tokenOf } from "./oauth-kit.ts";

const ontology = `objectTypes:
  Note:
    primaryKey: id
    titleProperty: text
    properties: { id: { type: string }, text: { type: string }, day: { type: date } }
    permissions: { read: [users], edit: [users] }
actionTypes:
  write:
    displayName: Write <a note>
    description: "<b>Writes</b> & keeps it."
    parameters:
      id: { type: string, displayName: Name, stringLength: { lte: 60 } }
      text: { type: string, required: false, oneOf: { options: [{ value: a, displayName: "The <A>" }, { value: b }] } }
      day: { type: date, required: false, displayName: Day }
      when: { type: timestamp, required: false, displayName: When }
      count: { type: integer, required: false, displayName: Count }
      sure: { type: boolean, required: false, displayName: Sure }
      tags: { type: array, items: { type: string }, required: false, displayName: Tags }
      other: { type: object, objectType: Note, required: false, displayName: Other }
    rules:
      - type: createObject
        objectType: Note
        properties: { id: { type: parameterId, parameterId: id }, text: { type: parameterId, parameterId: text } }
    permissions: { apply: [users] }
  hidden:
    rules: [{ type: createObject, objectType: Note, properties: { id: { type: uniqueIdentifier } } }]
    permissions: { apply: [user:boss] }
`;

let count = 0;
let id = "";

beforeEach(() => {
  id = `page-${count++}`;
  return deploy({ sources: [], proxies: { "ontology/notes.yaml": ontology }, identity: defaultIdentity });
});

/** A page as the browser of somebody who has signed in gets it. */
async function page(path: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(`https://gateway.test/_sortie/actions${path}`, {
    headers: {
      cookie: `CF_Authorization=${await tokenOf("ann")}`,
      "sec-fetch-site": "same-origin",
      ...headers,
    },
    ...(form && { method: "POST", body: new URLSearchParams(form) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test("whoever has not signed in is led there", async () => {
  const { status, text } = await page("/write", undefined, { cookie: "" });
  expect(status).toBe(401);
  expect(text).toContain("Sign in");
});

test("the list has what the user may see, and shows texts as they are", async () => {
  const { status, text } = await page("");
  expect(status).toBe(200);
  expect(text).toContain("Write &lt;a note&gt;");
  expect(text).toContain("&lt;b&gt;Writes&lt;/b&gt; &amp; keeps it.");
  expect(text).not.toContain("hidden");
});

test.each(["/hidden", "/nothing"])("there is no %s", async (path) => {
  expect((await page(path)).status).toBe(404);
  expect((await page(path, { mode: "apply" })).status).toBe(404);
});

test("each type of parameter has a control with a label", async () => {
  const { text, headers } = await page("/write");
  for (const control of [
    /<label for="p\.id">Name.*<input id="p\.id"[^>]* type="text"/s,
    /<select id="p\.text".*<option value="a">The &lt;A&gt;<\/option>/s,
    /<input id="p\.day"[^>]* type="date"/,
    /<label for="p\.when">When.*UTC.*<input id="p\.when"[^>]* type="datetime-local"/s,
    /<input id="p\.count"[^>]* type="number" step="1"/,
    /<select id="p\.sure".*<option value="true">Yes/s,
    /<textarea id="p\.tags"/,
    /<input id="p\.other"[^>]* type="text"/,
  ]) {
    expect(text).toMatch(control);
  }
  const policy = headers.get("content-security-policy");
  expect(policy).toMatch(/^default-src 'none'; style-src 'self'; .*script-src 'self'; connect-src 'self'$/);
});

test("what is filled in is validated, and nothing is changed", async () => {
  const { text } = await page("/write", { mode: "validate", "p.id": "x".repeat(61) });
  expect(text).toContain("The number of characters must be at most 60.");
  expect(text).toContain("It cannot be applied like this.");
  expect((await page("/write", { mode: "validate", "p.id": id })).text).toContain("It can be applied.");
  expect((await page("/write", { mode: "apply", "p.id": id })).text).toContain(
    `Created Note <code>${id}</code>`,
  );
});

test("values come back as text, and never as markup", async () => {
  const hostile = `"><script>alert(1)</script>`;
  const { text } = await page("/write", { mode: "validate", "p.id": hostile, "p.count": hostile });
  expect(text).not.toContain("<script>alert");
  expect(text).toContain("&lt;script&gt;");
});

test("why nothing was applied is shown", async () => {
  await page("/write", { mode: "apply", "p.id": id });
  const { text } = await page("/write", { mode: "apply", "p.id": id });
  expect(text).toContain(`There is an object ${id} of Note already.`);
  expect(text).toContain("Nothing was changed.");
});

describe("a page of another site", () => {
  test.each([{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }])(
    "cannot have a browser apply an action: %j",
    async (headers) => {
      const { status } = await page("/write", { mode: "apply", "p.id": id }, headers);
      expect(status).toBe(403);
      expect((await page("/write", { mode: "apply", "p.id": id })).text).toContain("Created Note");
    },
  );
});

test("a form that is too long is not read", async () => {
  expect((await page("/write", { mode: "apply", "p.id": "x".repeat(1_100_000) })).status).toBe(413);
});
