import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { HistoryEntry } from "../../src/webhooks/history.ts";
import { executionsId } from "../../src/worker/webhook-executions.ts";
import { Scripted } from "../credentials/script.ts";
import { deploy, logLines, sourceTo } from "../functions/function-kit.ts";
import { defaultIdentity, idOf, tokenOf } from "../routes/oauth-kit.ts";
import { executeWebhook, webhooksFrom } from "./webhook-kit.ts";

const { scripted } = inject("servers");
const script = new Scripted();
const path = new URL(script.url).pathname;
const SECRET = "s3cret-of-history";

const file = (more: string) => `
source: Scripted
inputs: { note: { type: string } }
calls:
  - { name: find, method: GET, path: ${path} }
  - { name: change, method: POST, path: ${path}, body: { type: text, value: "{input.note}" } }
outputs: { id: { type: string, from: find.id } }
${more}
`;

beforeAll(() =>
  deploy({
    sources: [sourceTo("Scripted", scripted, { auth: { type: "bearerToken", bearerToken: "token" } })],
    identity: defaultIdentity,
    secrets: { Scripted: { token: SECRET } },
    webhooks: webhooksFrom({
      whole: file(""),
      bare: file("history: { inputs: false, responses: false }"),
      conflicts: file("history: { notChangedStatuses: [500] }"),
      broken: file(""),
      shared: file("history: { readPrivilegedData: [user:auditor, group:ops] }"),
      limited: file("limits: { rate: { executions: 1, per: day } }"),
    }),
  }),
);

async function history(
  name: string,
  user: string,
  query = "",
): Promise<{ status: number; data: HistoryEntry[]; nextPageToken?: string; errorName?: string }> {
  const response = await exports.default.fetch(
    `http://gateway.test/_sortie/webhooks/${name}/history${query}`,
    {
      headers: { authorization: `Bearer ${await tokenOf(user)}` },
    },
  );
  return { status: response.status, ...((await response.json()) as { data: HistoryEntry[] }) };
}

/** Executes a webhook as a user nobody else is, and gives what is kept of that once it is. */
async function kept(name: string, note = "a note"): Promise<{ user: string; entry: HistoryEntry }> {
  const user = crypto.randomUUID();
  await executeWebhook(name, { note }, { authorization: `Bearer ${await tokenOf(user)}` });
  const entry = await vi.waitUntil(async () => (await history(name, user)).data[0], { timeout: 60_000 });
  return { user, entry };
}

describe("of an execution is kept", () => {
  test("who and when, its inputs and the answers", async () => {
    await script.answers({ body: { id: "x" } }, { status: 201, body: "made" });
    const { user, entry } = await kept("whole");
    expect(entry).toEqual({
      id: expect.any(String),
      time: expect.stringMatching(/^20\d\d-.*Z$/),
      durationMs: expect.any(Number),
      user: idOf(user),
      status: "succeeded",
      error: null,
      externalSystemMayHaveChanged: true,
      inputs: { note: "a note" },
      responses: [
        { call: "find", status: 200, body: '{"id":"x"}' },
        { call: "change", status: 201, body: null },
      ],
    });
  });

  test("why it failed, under the id that its client got", async () => {
    await script.answers({ body: { id: "x" } }, { status: 409, body: "there already" });
    const user = crypto.randomUUID();
    const { body } = await executeWebhook(
      "whole",
      { note: "" },
      { authorization: `Bearer ${await tokenOf(user)}` },
    );
    const entry = await vi.waitUntil(async () => (await history("whole", user)).data[0], { timeout: 60_000 });
    expect(entry).toMatchObject({
      id: body.errorInstanceId,
      status: "failed",
      error: { name: "RemoteRestApiReturnedError", message: expect.stringContaining("there already") },
      responses: [{ status: 200 }, { status: 409, body: "there already" }],
    });
  });

  test("nothing but who and when, and how it ended, where the file says so", async () => {
    await script.answers({ body: { id: "x" } }, { body: "made" });
    const { user, entry } = await kept("bare");
    expect(entry).toMatchObject({ user: idOf(user), status: "succeeded", inputs: null, responses: null });
  });

  test("nothing of an answer either in why it failed", async () => {
    await script.answers({ body: { id: "x" } }, { status: 409, body: "a token" });
    expect((await kept("bare")).entry).toMatchObject({
      error: {
        name: "RemoteRestApiReturnedError",
        message: "Request returned an unsuccessful response code: 409",
      },
    });
  });

  test("nothing of secrets, however they are written", async () => {
    const quoted = `${SECRET} ${btoa(`user:${SECRET}`)} ${encodeURIComponent(SECRET)}`;
    await script.answers({ body: { id: "x", quoted } }, { status: 500, body: quoted });
    const { entry } = await kept("whole", `mine is ${SECRET}`);
    expect(entry).toMatchObject({ inputs: { note: "mine is ***" } });
    const text = JSON.stringify(entry);
    expect(text).toContain("***");
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(btoa(`user:${SECRET}`).slice(8, 24));
  });

  test("the beginning of what is long, without a part of a secret at its end", async () => {
    const body = { id: "x", more: "y".repeat(16_370 - 17) + SECRET.repeat(5000) };
    await script.answers({ body }, { body: "made" });
    const { entry } = await kept("whole", "n".repeat(100_000));
    expect(entry.inputs).toMatch(/^\{"note":"n{16000,17000}… \(more than 65536 characters\)$/);
    expect(entry.responses?.[0]?.body).toMatch(/… \(more than 65536 characters\)$/);
    expect(entry.responses?.[0]?.body).not.toContain("s3cret");
  });
});

test.each([
  ["whole", [{ status: 404 }], false],
  ["whole", [{ body: { id: "x" } }, { status: 400 }], false],
  ["whole", [{ body: { id: "x" } }, { status: 431 }], false],
  ["whole", [{ body: { id: "x" } }, { status: 432 }], true],
  ["whole", [{ body: { id: "x" } }, { status: 500 }], true],
  ["conflicts", [{ body: { id: "x" } }, { status: 500 }], false],
  ["conflicts", [{ body: { id: "x" } }, { status: 409 }], true],
])("%s, answered %j: the external system may have changed: %s", async (name, answers, expected) => {
  await script.answers(...answers);
  expect((await kept(name)).entry.externalSystemMayHaveChanged).toBe(expected);
});

describe("GET /_sortie/webhooks/NAME/history", () => {
  test("shows whoever executed it, and nobody else", async () => {
    await script.answers({ body: { id: "x" } }, { body: "made" });
    await kept("whole");
    expect(await history("whole", crypto.randomUUID())).toEqual({ status: 200, data: [] });
  });

  test("shows all executions to those whom the file names, and to nobody else", async () => {
    await script.answers({ body: { id: "x" } }, { body: "made" });
    const { entry } = await kept("shared");
    expect((await history("shared", "auditor")).data).toContainEqual(entry);
    expect((await history("shared", "AUDITOR")).data).toEqual([]);
    expect((await history("shared", "ops")).data).toEqual([]);
  });

  test("has pages", async () => {
    await script.answers({ body: { id: "x" } });
    const { user, entry } = await kept("whole");
    await executeWebhook("whole", { note: "second" }, { authorization: `Bearer ${await tokenOf(user)}` });
    await vi.waitUntil(async () => (await history("whole", user)).data.length === 2, { timeout: 60_000 });
    const first = await history("whole", user, "?pageSize=1");
    expect(first.data.map(({ inputs }) => inputs)).toEqual([{ note: "second" }]);
    const second = await history("whole", user, `?pageSize=1&pageToken=${first.nextPageToken}`);
    expect(second).toEqual({ status: 200, data: [entry] });
  });

  test.each([
    ["nothing", "", 404, "WebhookNotFound"],
    ["whole", "?pageSize=0", 400, "InvalidPage"],
    ["whole", "?pageSize=51", 400, "InvalidPage"],
    ["whole", "?pageToken=1%20OR%201=1", 400, "InvalidPage"],
  ])("%s%s: %i %s", async (name, query, status, errorName) => {
    expect(await history(name, "ann", query)).toMatchObject({ status, errorName });
  });

  test.each([
    ["nobody", {}, 200, []],
    ["somebody with a token that is none", { authorization: "Bearer x" }, 401, undefined],
  ])("shows nothing to %s", async (_, headers, status, data) => {
    const response = await exports.default.fetch("http://gateway.test/_sortie/webhooks/whole/history", {
      headers,
    });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { data?: unknown }).data).toEqual(data);
  });

  test("says when it cannot be read, and executions go on", async () => {
    const stub = env.WEBHOOK_EXECUTIONS.getByName(executionsId("local", "broken"));
    await runInDurableObject(stub, (_instance, { storage }) =>
      storage.sql.exec("DROP TABLE history").toArray(),
    );
    await script.answers({ body: { id: "x" } }, { body: "made" });
    const lines = logLines();
    expect(await history("broken", "ann")).toMatchObject({ status: 503, errorName: "HistoryUnavailable" });
    const user = `Bearer ${await tokenOf("ann")}`;
    expect(await executeWebhook("broken", { note: "" }, { authorization: user })).toMatchObject({
      status: 200,
    });
    await vi.waitUntil(() => lines.filter(({ event }) => event === "webhook.history").length === 2);
    vi.restoreAllMocks();
    expect(lines).toContainEqual(
      expect.objectContaining({ event: "webhook.history", reason: expect.stringContaining("no such table") }),
    );
  });
});

test("executions that a limit refuses push nothing out of the history", async () => {
  await script.answers({ body: { id: "x" } });
  const { user } = await kept("limited");
  const headers = { authorization: `Bearer ${await tokenOf(user)}` };
  expect(await executeWebhook("limited", { note: "" }, headers)).toMatchObject({ status: 500 });
  expect((await history("limited", user)).data).toHaveLength(1);
});
