import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment, sortedProblems } from "../../src/environment/check.ts";
import { type BuiltFunction, readEnvironment } from "../../src/environment/read-environment.ts";
import type { PublishedFunction } from "../../src/functions/published-function.ts";
import { filesOf, plainProxy } from "./deployed.ts";

const source = (apiName: string, more = "") => `apiName: ${apiName}
configuration:
  type: rest
  domains: [{ host: api.example.com }]
worker: { networkEgressPolicies: [{ address: api.example.com, port: 443 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
${more}`;

function functionWith(sources: string[]): BuiltFunction {
  const published: PublishedFunction = {
    name: "days",
    revision: "0",
    language: "typescript-v2",
    runtime: null,
    isQuery: false,
    parameters: [],
    output: null,
    sources,
    edits: [],
    mode: "serverless",
    limits: { timeoutMs: 1, cpuMs: null, subRequests: null, resultBytes: 1, logLines: 1 },
  };
  const at = { file: "functions/days/days.ts", line: 3, column: 1 };
  return { published, module: new Uint8Array(), runtime: null, sourceMap: "", at, sourcesAt: new Map() };
}

function check(files: Record<string, string>, declared: string[] = []) {
  const report = new Report();
  const model = readEnvironment(filesOf({ ...plainProxy("a"), ...files }), "test", report);
  checkEnvironment({ ...model, functions: [functionWith(declared)] }, report);
  return sortedProblems(report.problems).map(
    ({ severity, code, file, line, column, message }) =>
      `${severity} ${code} ${file}:${line}:${column} ${message}`,
  );
}

const aliases = "environments/test/aliases.json";

describe("an alias", () => {
  test("leads to a source", () => {
    expect(
      check({ "sources/s.yaml": source("Shipping"), [aliases]: '{"carrier": "Shipping"}' }, ["carrier"]),
    ).toEqual([]);
  });

  test.each([
    [
      '{\n "carrier": "Shiping"}',
      "error SourceNotFound environments/test/aliases.json:2:13 The alias carrier leads to the source Shiping, which the environment test does not have.",
    ],
    [
      '{"a": "Shipping",\n"b": "a"}',
      "error SourceNotFound environments/test/aliases.json:2:6 The alias b leads to the source a, which the environment test does not have.",
    ],
    [
      '{"Shipping": "Billing"}',
      "error AliasConflict environments/test/aliases.json:1:14 The alias Shipping leads to Billing, and there is a source with the API name Shipping.",
    ],
    [
      '{"a b": "Shipping"}',
      expect.stringContaining("error InvalidSetting environments/test/aliases.json:1:2 "),
    ],
    ['{"a": 7}', expect.stringContaining("error InvalidSetting environments/test/aliases.json:1:7 ")],
    ["[", expect.stringContaining("error InvalidJSON environments/test/aliases.json:1:2 ")],
  ])("%s does not do", (text, problem) => {
    const sources = { "sources/s.yaml": source("Shipping"), "sources/b.yaml": source("Billing") };
    expect(check({ ...sources, [aliases]: text })).toEqual([problem]);
  });

  test("to a source that another environment has alone does not do", () => {
    const files = {
      "sources/s.yaml": source("Shipping", "environments: [prod]"),
      "environments/prod/egress.json": '{"allow": []}',
      [aliases]: '{"carrier": "Shipping"}',
    };
    expect(check(files)).toEqual([
      expect.stringContaining("error SourceNotFound environments/test/aliases.json:1:13 "),
    ]);
  });
});

describe("a function's sources are checked where it declares them:", () => {
  test("an alias that is not there", () => {
    expect(check({ "sources/s.yaml": source("Shipping") }, ["lost"])).toEqual([
      "error SourceNotFound functions/days/days.ts:3:1 Source alias 'lost' not found. Available aliases: [Shipping]",
    ]);
  });

  test("a source that may not be used", () => {
    const shut = source("Shipping").replaceAll("true", "false");
    expect(check({ "sources/s.yaml": shut }, ["Shipping"])).toEqual([
      expect.stringContaining("error SourceNotImportable functions/days/days.ts:3:1 "),
      expect.stringContaining("error ExportsNotEnabled functions/days/days.ts:3:1 "),
    ]);
  });

  test("a policy that is not active is a warning, so that it can be deployed", () => {
    const paused = source("Shipping").replace("port: 443", "port: 443, state: paused");
    expect(check({ "sources/s.yaml": paused }, ["Shipping"])).toEqual([
      "warning EgressPolicyNotActive functions/days/days.ts:3:1 The function days will not start: Every egress policy of the source Shipping must be active, and these are not: api.example.com:443 (paused).",
    ]);
  });

  test("a source whose file is wrong is not reported as missing as well", () => {
    const files = { "sources/s.yaml": "apiName: Shipping", [aliases]: '{"carrier": "Shipping"}' };
    expect(check(files, ["carrier"])).toEqual([
      "error InvalidValue sources/s.yaml:1:1 configuration is missing.",
    ]);
  });
});
