import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import type { PublishedFunction } from "../../src/functions/published-function.ts";
import { proxyFiles, step } from "../exchange/gateway-kit.ts";
import { filesOf } from "./deployed.ts";

const source = (more = "") => `apiName: Things
configuration: { type: rest, domains: [{ host: api.example.com${more} }] }
worker: { networkEgressPolicies: [{ address: api.example.com, port: 443 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
`;
const webhook = `source: things
calls:
  - name: only
    method: GET
    path: /x
    headers: { authorization: Bearer x, X-Api-Key: y }
`;

const twoDomains = `apiName: Things
configuration:
  type: rest
  domains: [{ host: a.example.com }, { host: b.example.com }]
  additionalSecrets: { type: asSecretsNames, secretNames: [key] }
  hostBoundSecrets: { bound: [https://a.example.com] }
worker:
  networkEgressPolicies: [{ address: a.example.com, port: 443 }, { address: b.example.com, port: 443 }]
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
`;
const forDomain = (domain: string) => `source: things
calls:
  - name: only
    method: GET
    path: /x
    domain: ${domain}
`;

/** The problems of an environment with that source and that webhook. */
function problems(sourceText: string, webhookText = webhook): string[] {
  const report = new Report();
  const files = {
    "sources/things.yaml": sourceText,
    "webhooks/probe.yaml": webhookText,
    "environments/local/aliases.json": '{ "things": "Things" }',
  };
  checkEnvironment(readEnvironment(filesOf(files), "local", report), report);
  return report.problems
    .filter(({ file }) => file.startsWith("webhooks/"))
    .map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`);
}

test("a source that functions may not import is good enough for a webhook", () => {
  expect(problems(source())).toEqual([]);
});

test("calls name their domains, and carry the secrets that are for those", () => {
  const text = `${forDomain("a.example.com")}    query: { a: "{secret.key}", b: "{secret.bound}" }
  - { name: other, domain: b.example.com, method: GET, path: /x, query: { a: "{secret.key}" } }
`;
  expect(problems(twoDomains, text)).toEqual([]);
});

test.each([
  ["bearerToken", ", auth: { type: bearerToken, bearerToken: { type: asSecretName, value: t } }", 6, 31],
  [
    "apiKey",
    ", auth: { type: apiKey, location: { type: header, headerName: x-api-key }, apiKey: { type: asSecretName, value: t } }",
    6,
    52,
  ],
])("a header that the authentication %s would replace is an error", (_, auth, line, column) => {
  expect(problems(source(auth))).toEqual([`error InvalidHeader ${line}:${column}`]);
});

test.each([
  ["a source that is not there", source(), webhook.replace("things", "thinks"), "error SourceNotFound 1:9"],
  ["several domains, and none is named", twoDomains, webhook, "error DomainMissing 5:11"],
  ["a domain that is not there", twoDomains, forDomain("c.example.com"), "error UnknownDomain 6:13"],
  [
    "a domain without a policy",
    twoDomains.replace("b.example.com, port", "z.example.com, port"),
    forDomain("b.example.com"),
    "error NoEgressPolicy 1:9",
  ],
  [
    "a secret that is not there",
    twoDomains,
    `${forDomain("b.example.com")}    query: { a: "x{secret.keys}" }\n`,
    "error UnknownSecret 7:17",
  ],
  [
    "a secret for another domain",
    twoDomains,
    `${forDomain("b.example.com")}    query: { a: "{secret.bound}" }\n`,
    "error UnknownSecret 7:17",
  ],
  [
    "exports",
    source().replace("exportsEnabled: true", "exportsEnabled: false"),
    webhook,
    "error ExportsNotEnabled 1:9",
  ],
  [
    "a policy that is paused for now",
    source().replace("port: 443", "port: 443, state: paused"),
    webhook,
    "warning EgressPolicyNotActive 1:9",
  ],
])(
  "%s: what stands between the webhook and its source is reported at its source",
  (_, ...[sourceText, text, expected]) => {
    expect(problems(sourceText, text)).toEqual([expected]);
  },
);

test("a webhook that is published as a function has a name that no function has, and flows may call it", () => {
  const report = new Report();
  const model = readEnvironment(
    filesOf({
      "sources/things.yaml": source(),
      "webhooks/taken.yaml":
        "source: Things\npublishAsFunction: true\ncalls: [{ name: get, method: GET, path: /x }]",
      "webhooks/hidden.yaml": "source: Things\ncalls: [{ name: get, method: GET, path: /x }]",
      ...proxyFiles("flows", {
        flows: `<PreFlow><Request>${step("One")}${step("Two")}</Request></PreFlow>`,
        policies: {
          One: `<FunctionCallout name="One"><Function>taken</Function></FunctionCallout>`,
          Two: `<FunctionCallout name="Two"><Function>hidden</Function></FunctionCallout>`,
        },
      }),
    }),
    "local",
    report,
  );
  const at = { file: "functions/taken/taken.ts", line: 1, column: 1 };
  const published = {
    name: "taken",
    parameters: [],
    sources: [] as string[],
  } as unknown as PublishedFunction;
  const functions = [
    { published, at, sourcesAt: new Map(), module: new Uint8Array(), sourceMap: "", runtime: null },
  ];
  checkEnvironment({ ...model, functions }, report);
  expect(report.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "FunctionNotFound There is no function hidden in the environment local.",
    "DuplicateFunction There is another function taken in functions/taken/taken.ts.",
  ]);
});
