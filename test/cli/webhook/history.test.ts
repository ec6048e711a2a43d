import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { sortie } from "../sortie.ts";

const entry = {
  id: "1",
  time: "2026-11-26T21:00:00.000Z",
  durationMs: 12,
  user: "https://issuer.example.com#ann",
  status: "succeeded",
  error: null,
  externalSystemMayHaveChanged: false,
  inputs: { name: "Ada" },
  responses: [
    { call: "find", status: 200, body: "\u001b[2Jfound\nit" },
    { call: "change", status: 204, body: null },
  ],
};
const failed = {
  ...entry,
  user: null,
  status: "failed",
  error: { name: "WebhookExecutionTimedOut", message: "too long" },
  externalSystemMayHaveChanged: true,
  inputs: null,
  responses: null,
};

const asked: (string | undefined)[] = [];
const server = createServer(({ url, headers }, response) => {
  asked.push(url, headers.authorization);
  const refusal = { errorName: "MissingCredentials", parameters: { reason: "A token is missing." } };
  if (url?.includes("/page/")) {
    response.end("<p>no gateway</p>");
    return;
  }
  response.statusCode = headers.authorization || url?.includes("/empty/") ? 200 : 401;
  const data = url?.includes("/empty/") ? [] : [failed, entry];
  response.end(JSON.stringify(response.statusCode === 200 ? { data } : refusal));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

const history = (name: string, token = "", ...more: string[]) =>
  sortie(["webhook", "history", name, "--url", url, ...more], undefined, "", { SORTIE_TOKEN: token });

test("prints the executions, one line for each thing, and nothing that moves the cursor", async () => {
  const { status, stdout } = await history("a b", "a-token", "--limit", "7");
  expect(status).toBe(0);
  expect(asked.slice(-2)).toEqual(["/_sortie/webhooks/a%20b/history?pageSize=7", "Bearer a-token"]);
  expect(stdout).toBe(`2026-11-26T21:00:00.000Z  failed  12 ms  may have changed something  anonymous
  WebhookExecutionTimedOut: too long
2026-11-26T21:00:00.000Z  succeeded  12 ms  changed nothing  https://issuer.example.com#ann
  inputs: {"name":"Ada"}
  find: 200 \\u001b[2Jfound\\nit
  change: 204
`);
});

test("prints JSON where that is asked for", async () => {
  const { stdout } = await history("x", "a-token", "--json");
  expect(JSON.parse(stdout)).toEqual([failed, entry]);
});

test.each([
  ["x", [], 2, "MissingCredentials: A token is missing. Put your token into the variable SORTIE_TOKEN."],
  ["page", [], 2, "is no history: is it a gateway?"],
  ["x", ["--url", "localhost:1"], 2, "localhost:1 is no address of a gateway."],
  ["x", ["--url", "http://127.0.0.1:1"], 2, "http://127.0.0.1:1 cannot be reached."],
  ["x", ["--limit", "51"], 2, "Write a whole number from 1 to 50."],
])("%s %j: status %i, %s", async (name, more, status, message) => {
  const finished = await history(name, "", ...more);
  expect(finished.stderr).toContain(message);
  expect(finished.status).toBe(status);
});

test("sends a token over TLS, or to this machine", async () => {
  const finished = await history("x", "a-token", "--url", "http://gateway.example.com");
  expect(finished.stderr).toContain("http://gateway.example.com would be sent your token in the clear");
  expect(finished.status).toBe(2);
});

test("says that there is nothing", async () => {
  expect((await history("empty")).stdout).toBe("There are no executions of empty that you may see.\n");
});
