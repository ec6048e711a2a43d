import { beforeAll, describe, expect, inject, test } from "vitest";
import { deploy, setSecret, sourceTo } from "../functions/function-kit.ts";
import type { Echo } from "../servers/routes.ts";
import { executeWebhook, webhooksFrom } from "./webhook-kit.ts";

const { a, b } = inject("servers");
const hostOf = (url: string) => new URL(url).host;

const FIRST = "s3cret-of-the-first";
const SECOND = "s3cret-of-the-second";
const EXTRA = "extra s3cret/with=signs";
const BOUND = "s3cret-bound-to-the-second";

const chain = (first: string, second: string) => `
source: Both
calls:
  - { name: one, domain: "${hostOf(a)}", method: GET, path: "/echo${first}" }
  - { name: two, domain: "${hostOf(b)}", method: POST, path: /echo${second} }
outputs:
  first: { type: string, from: one }
  second: { type: string, from: two }
`;

const [first] = sourceTo("x", a, { auth: { type: "bearerToken", bearerToken: "first" } }).domains;
const [second] = sourceTo("x", b, {
  auth: {
    type: "apiKey",
    location: { type: "header", headerName: "x-key" },
    apiKey: "second",
  },
}).domains;

const source = {
  ...sourceTo("Both", a),
  domains: [first, second].flatMap((domain) => domain ?? []),
  additionalSecrets: [
    { name: "extra", hosts: null },
    { name: "bound", hosts: [new URL(b).origin] },
    { name: "unset", hosts: null },
  ],
  egressPolicies: [
    ...sourceTo("x", a).egressPolicies,
    ...sourceTo("x", b).egressPolicies.map((policy) => ({ ...policy })),
  ],
};

beforeAll(() =>
  deploy({
    sources: [source],
    secrets: { Both: { first: FIRST, second: SECOND, extra: EXTRA, bound: BOUND } },
    webhooks: webhooksFrom({
      both: chain("", ""),
      templates: chain(
        "/x-{secret.extra}",
        `, query: { q: "{secret.extra}" }, headers: { X-Token: "Token {secret.bound}" }, body: { type: json, value: { key: "{secret.extra}", in: ["a {secret.bound}"] } }`,
      ),
      stray: chain("", "").replace('path: "/echo"', 'path: /echo, headers: { X-Token: "{secret.bound}" }'),
      unset: chain("", "").replace('path: "/echo"', 'path: /echo, headers: { X-Token: "{secret.unset}" }'),
      rejected: chain("", "").replace(
        "path: /echo",
        'path: /status/500, query: { body: "no {secret.extra}" }',
      ),
    }),
  }),
);

const echo = (value: unknown): Echo => JSON.parse(String(value));
const headersOf = (value: unknown) =>
  Object.fromEntries(echo(value).headers.map(([name, text]) => [name.toLowerCase(), text]));

test("each call goes to the domain that it names, with the credentials of that one alone", async () => {
  const { body } = await executeWebhook("both");
  const [one, two] = [headersOf(body.value.first), headersOf(body.value.second)];
  expect([one.host, two.host]).toEqual([hostOf(a), hostOf(b)]);
  expect([one.authorization, one["x-key"]]).toEqual(["Bearer ***", undefined]);
  expect([two.authorization, two["x-key"]]).toEqual([undefined, "***"]);
});

describe("secrets of the source in templates", () => {
  test("go where the file puts them, and are seen nowhere", async () => {
    const { status, body } = await executeWebhook("templates");
    expect(status).toBe(200);
    const text = JSON.stringify(body);
    for (const secret of [FIRST, SECOND, EXTRA, BOUND, encodeURIComponent(EXTRA)]) {
      expect(text).not.toContain(secret);
    }
    expect(echo(body.value.first).url).toBe("/echo/x-***");
    const second = echo(body.value.second);
    expect(second.url).toBe("/echo?q=***");
    expect(headersOf(body.value.second)["x-token"]).toBe("Token ***");
    expect(JSON.parse(second.body)).toEqual({ key: "***", in: ["a ***"] });
  });

  test("are encoded for where they stand", async () => {
    await setSecret({ environment: "local", source: "Both", name: "extra" }, "changed/../value");
    const { body } = await executeWebhook("templates");
    expect(echo(body.value.first).url).toMatch(/^\/echo\/x-\*+$/);
    await setSecret({ environment: "local", source: "Both", name: "extra" }, EXTRA);
  });

  test.each([
    ["stray", "Secret with name bound not found on the Source."],
    ["unset", "Secret with name unset not found on the Source."],
  ])("%s: nothing is sent", async (name, message) => {
    expect((await executeWebhook(name)).body).toMatchObject({
      errorName: "WebhookExecutionFailedToStart",
      parameters: { message },
    });
  });

  test("are masked in what a system answers of them as an error", async () => {
    const { body } = await executeWebhook("rejected");
    expect(body.parameters.message).toBe(
      "Request returned an unsuccessful response code: 500 Response body: no ***",
    );
  });
});
