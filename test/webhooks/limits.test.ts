import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, test, vi } from "vitest";
import { executionsId } from "../../src/worker/webhook-executions.ts";
import { Scripted } from "../credentials/script.ts";
import { deploy, logLines, sourceTo } from "../functions/function-kit.ts";
import { executeWebhook, webhooksFrom } from "./webhook-kit.ts";

const { scripted } = inject("servers");
const script = new Scripted();

const limited = (limits: string, more = "") => `
source: Scripted
calls: [{ name: get, method: GET, path: ${new URL(script.url).pathname} }]
limits: { ${limits} }
${more}
`;

beforeAll(async () => {
  await deploy({
    sources: [sourceTo("Scripted", scripted)],
    webhooks: webhooksFrom({
      sevenAtOnce: limited("concurrency: 7"),
      oneAtOnce: limited("concurrency: 1"),
      oneBriefly: limited("concurrency: 1", "timeoutSeconds: 1"),
      fiveADay: limited("rate: { executions: 5, per: day }"),
      unreadable: limited("rate: { executions: 5, per: day }"),
      unlimited: limited(""),
    }),
  });
  // With the first request of a file the tests' runner loads the Worker; one that came meanwhile might wait for ever.
  await script.answers({ body: "x" });
  await executeWebhook("unlimited");
});

const hundred = (name: string) => Array.from({ length: 100 }, () => executeWebhook(name));

const executions = (name: string) => env.WEBHOOK_EXECUTIONS.getByName(executionsId("local", name));

describe("of a hundred executions at once", () => {
  test("as many run as the concurrency limit allows; the others have sent nothing", async () => {
    await script.answers({ body: "held", isHeld: true });
    const answers = hundred("sevenAtOnce");
    await script.arrived(7);
    const refused: unknown[] = [];
    await new Promise<void>((resolve) => {
      for (const answer of answers) answer.then(({ body }) => refused.push(body) === 93 && resolve());
    });
    expect(refused).toEqual(
      Array(93).fill(
        expect.objectContaining({
          errorName: "WebhookExecutionFailedToStart",
          parameters: {
            webhook: "sevenAtOnce",
            limit: "concurrency",
            message: "The webhook sevenAtOnce is being executed as often as it may be at once: 7.",
          },
        }),
      ),
    );
    await script.release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(7);
    expect(await script.calls()).toHaveLength(7);
  });

  test("as many begin as the rate limit allows", async () => {
    await script.answers({ body: "x" });
    const answers = await Promise.all(hundred("fiveADay"));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(await script.calls()).toHaveLength(5);
    const { body } = await executeWebhook("fiveADay");
    expect(body.errorName).toBe("WebhookExecutionFailedToStart");
    expect(body.parameters).toMatchObject({
      limit: "rate",
      message: "The webhook fiveADay was executed as often as it may be in one day: 5.",
    });
  });
});

test.each([
  ["an answer", { body: "x" }, 200],
  ["an error", { status: 404, body: "x" }, 500],
])("after %s the next execution can begin", async (_, answer, status) => {
  await script.answers(answer);
  for (let time = 0; time < 3; time++) expect(await executeWebhook("oneAtOnce")).toMatchObject({ status });
  expect(await script.calls()).toHaveLength(3);
});

test("one that takes too long no longer counts", async () => {
  await script.answers({ body: "late", isHeld: true }, { body: "x" });
  expect(await executeWebhook("oneBriefly")).toMatchObject({
    body: { errorName: "WebhookExecutionTimedOut" },
  });
  expect(await executeWebhook("oneBriefly")).toMatchObject({ status: 200 });
});

test("where limits cannot be read nothing is sent, and the log says why", async () => {
  await script.answers({ body: "x" });
  const stub = executions("unreadable");
  await runInDurableObject(stub, (_instance, { storage }) => storage.sql.exec("DROP TABLE begun").toArray());
  const lines = logLines();
  const { body } = await executeWebhook("unreadable");
  vi.restoreAllMocks();
  expect(body).toMatchObject({
    errorName: "WebhookExecutionFailedToStart",
    parameters: { message: "The limits of the webhook unreadable cannot be read at the moment." },
  });
  expect(JSON.stringify(body)).not.toContain("begun");
  expect(lines).toContainEqual(
    expect.objectContaining({
      event: "webhook.failed",
      stack: expect.stringContaining("no such table: begun"),
    }),
  );
  expect(await script.calls()).toEqual([]);
});

test("a webhook without limits asks for none", async () => {
  await script.answers({ body: "x" });
  await executeWebhook("unlimited");
  const counted = await runInDurableObject(executions("unlimited"), (_instance, { storage }) =>
    storage.sql.exec("SELECT * FROM begun UNION ALL SELECT * FROM running").toArray(),
  );
  expect(counted).toEqual([]);
});
