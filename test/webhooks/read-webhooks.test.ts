import { expect, test } from "vitest";
import { problemsOf, webhooksFrom } from "./webhook-kit.ts";

const whole = `
source: Things
inputs:
  id: { type: string }
  note: { type: string, optional: true }
calls:
  - name: find
    method: GET
    path: /things/{input.id}
outputs:
  name: { type: string, from: 'find.names[0]["first name"]' }
`;

test("a file without anything wrong, and what its defaults are", () => {
  expect(webhooksFrom({ probe: whole })).toMatchObject([
    { name: "probe", source: "Things", timeoutSeconds: 20, retryableStatuses: [] },
  ]);
});

test.each([
  ["path: /things/{input.id}", "path: things/{input.id}", ["InvalidPath 9:11"]],
  ["path: /things/{input.id}", "path: /a/../things/{input.id}", ["InvalidPath 9:11"]],
  ["path: /things/{input.id}", "path: /a/%2E%2e/{input.id}", ["InvalidPath 9:11"]],
  ["path: /things/{input.id}", "path: /things?id={input.id}", ["InvalidPath 9:11"]],
  ["path: /things/{input.id}", "path: '{input.id}'", ["InvalidPath 9:11"]],
  ["path: /things/{input.id}", "path: /things/{input.note}", ["OptionalInPath 9:11"]],
  ["path: /things/{input.id}", "path: /things/{input.other}", ["UnknownReference 9:11"]],
  ["path: /things/{input.id}", "path: /things/{find.id}", ["UnknownReference 9:11"]],
  ["path: /things/{input.id}", "path: /things/{input.id", ["InvalidTemplate 9:11"]],
  ["path: /things/{input.id}", "path: /things/{input.id[x]}", ["InvalidTemplate 9:11"]],
  ["path: /things/{input.id}", "path: /things/{secret.a.b}", ["InvalidTemplate 9:11"]],
  ["from: 'find.names[0][\"first name\"]'", "from: secret.key", ["UnknownReference 11:31"]],
  ["outputs:", "  - { name: secret, method: GET, path: /x }\noutputs:", ["DuplicateCall 10:13"]],
  ["from: 'find", "from: 'found", ["UnknownReference 11:31"]],
  ["from: 'find.names[0][\"first name\"]'", "from: input.id", ["UnknownReference 11:31"]],
  ["method: GET", "method: HEAD", ["NoAnswerBody 11:31"]],
  ["method: GET", "method: TRACE", ["InvalidValue 8:13"]],
  ["method: GET", "method: GET\n    body: { type: text, value: x }", ["BodyNotAllowed 9:11"]],
  ["method: GET", "method: GET\n    headers: { Host: x }", ["InvalidHeader 9:22"]],
  ["method: GET", "method: GET\n    headers: { Content-Length: '1' }", ["InvalidHeader 9:32"]],
  ["method: GET", "method: GET\n    headers: { X-Sortie-User: x }", ["InvalidHeader 9:31"]],
  ["method: GET", 'method: GET\n    headers: { X-A: "a\\r\\nb: c" }', ["InvalidHeader 9:21"]],
  ["method: GET", "method: GET\n    headers: { X-A: a, x-a: b }", ["InvalidHeader 9:29"]],
  ["method: GET", 'method: GET\n    headers: { "X A": a }', ["InvalidValue 9:16"]],
  ["outputs:", "  - { name: find, method: GET, path: /x }\noutputs:", ["DuplicateCall 10:13"]],
  ["outputs:", "  - { name: input, method: GET, path: /x }\noutputs:", ["DuplicateCall 10:13"]],
  [
    "outputs:",
    "  - { name: one, method: POST, path: /x }\n  - { name: two, method: GET, access: write, path: /x }\noutputs:",
    ["TooManyWriteCalls 11:39"],
  ],
  ["source: Things", "source: Things\ntimeoutSeconds: 181", ["InvalidValue 3:17"]],
  ["source: Things", "source: Things\nretryableStatuses: [200]", ["InvalidValue 3:21"]],
  ["source: Things", "source: Things\nlimits: { concurrent: 3 }", ["UnknownField 3:11"]],
  ["source: Things", "source: Things\nlimits: { concurrency: 0 }", ["InvalidValue 3:24"]],
  [
    "source: Things",
    "source: Things\nlimits: { rate: { executions: 1.5, per: day } }",
    ["InvalidValue 3:31"],
  ],
  ["source: Things", "source: Things\nlimits: { rate: { executions: 1, per: week } }", ["InvalidValue 3:39"]],
  ["source: Things", "source: Things\nhistory: { store: false }", ["UnknownField 3:12"]],
  ["source: Things", "source: Things\nhistory: { notChangedStatuses: [200] }", ["InvalidValue 3:33"]],
  ["source: Things", "source: Things\ntimeout: 3", ["UnknownField 3:1"]],
  ["id: { type: string }", "id: { type: attachment }", ["AttachmentNotAllowed 9:11"]],
  [
    "note: { type: string, optional: true }",
    "note: { type: list, element: { type: attachment } }",
    ["InvalidValue 5:40"],
  ],
  ["outputs:\n  name: { type: string", "outputs:\n  name: { type: attachment", ["InvalidValue 11:17"]],
  ["source: Things", "source: Things\nhistory: { readPrivilegedData: [ann] }", ["InvalidValue 3:33"]],
  ["id: { type: string }", "id: { type: union }", ["InvalidValue 4:15"]],
  [
    "method: GET",
    "method: POST\n    body: { type: binaryFile, value: '{input.id}' }",
    ["AttachmentExpected 9:38"],
  ],
])("%j as %j: %j", (text, instead, expected) => {
  const found = problemsOf(whole.replace(text, instead));
  expect(found.map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual(expected);
});

test.each([
  ["webhooks/a-b.yaml", "InvalidName"],
  ["webhooks/probe.yml", "UnknownFile"],
  ["webhooks/deep/probe.yaml", "UnknownFile"],
])("%s: %s", (path, code) => {
  expect(problemsOf(whole, path)[0]).toMatch(new RegExp(`^${code} 1:1 `));
});

test("an environment that there is not leaves the webhook out, which is said", () => {
  expect(problemsOf(`environments: [lokal]${whole}`)[0]).toMatch(/^UnknownEnvironment 1:16 /);
});
