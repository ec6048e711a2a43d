import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { readSettings } from "../../src/environment/settings.ts";
import { filesOf, type TestFiles } from "./deployed.ts";

function read(files: TestFiles) {
  const report = new Report();
  const settings = readSettings(filesOf(files), report);
  const problems = report.problems.map(
    ({ severity, code, file, line, column, message }) =>
      `${severity} ${code} ${file}:${line}:${column} ${message}`,
  );
  return { settings, problems };
}

/** Settings of a file that must be right. */
function settingsOf(name: string, json: unknown) {
  const { settings, problems } = read({ [name]: JSON.stringify(json) });
  expect(problems).toEqual([]);
  return settings;
}

/** What is wrong with a file, without the message. */
const problemsOf = (name: string, text: string) =>
  read({ [name]: text }).problems.map((problem) => problem.split(" ").slice(0, 3).join(" "));

test("without files everything has its default", () => {
  const { settings, problems } = read({});
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    targetServerEntities: [],
    flowHooks: {},
    keyValueMaps: {},
    egressAllow: [],
    deployed: null,
    functions: null,
  });
  expect(settings.targetServers.size).toBe(0);
});

describe("targetservers.json", () => {
  const server = { name: "t", host: "t.example.com", port: 443 };

  test("lists target servers as Apigee's API writes them", () => {
    const { targetServers, targetServerEntities } = settingsOf("targetservers.json", [server]);
    expect([...targetServers.keys()]).toEqual(["t"]);
    expect(targetServerEntities).toEqual([server]);
  });

  test.each([
    ["{}", ["error InvalidSetting targetservers.json:1:1"]],
    [
      '[\n{"name":"t","host":"t.example.com","port":0}]',
      ["error InvalidTargetServer targetservers.json:2:43"],
    ],
    ['[\n {"name":"t","port":1}]', ["error InvalidTargetServer targetservers.json:2:2"]],
    [
      '[{"name":"t","host":"a","port":1},\n{"name":"t","host":"b","port":1}]',
      ["error DuplicateTargetServer targetservers.json:2:9"],
    ],
    ["[", ["error InvalidJSON targetservers.json:1:2"]],
  ])("%s is wrong", (text, expected) => {
    expect(problemsOf("targetservers.json", text)).toEqual(expected);
  });
});

describe("flowhooks.json", () => {
  test.each([
    ["by their points", { PreProxyFlowHook: { sharedFlow: "a" }, PostTargetFlowHook: { sharedFlow: "b" } }],
    [
      "as a list",
      [
        { flowHookPoint: "PreProxyFlowHook", sharedFlow: "a" },
        { flowHookPoint: "PostTargetFlowHook", sharedFlow: "b" },
      ],
    ],
  ])("names shared flows %s", (_title, json) => {
    expect(settingsOf("flowhooks.json", json).flowHooks).toEqual({
      preProxy: "a",
      preTarget: undefined,
      postTarget: "b",
      postProxy: undefined,
    });
  });

  test.each([
    ['{"PreProxy": {"sharedFlow": "a"}}', ["error InvalidSetting flowhooks.json:1:2"]],
    [
      '{"PreProxyFlowHook": {"flow": "a"}}',
      ["warning UnknownField flowhooks.json:1:23", "error InvalidSetting flowhooks.json:1:22"],
    ],
    ['[{"flowHookPoint": "Other", "sharedFlow": "a"}]', ["error InvalidSetting flowhooks.json:1:20"]],
  ])("%s is wrong", (text, expected) => {
    expect(problemsOf("flowhooks.json", text)).toEqual(expected);
  });
});

describe("keyvaluemaps.json", () => {
  test.each(["entry", "entries"])("lists maps with their %s", (field) => {
    const entries = [
      { name: "k", value: "v" },
      { name: "__proto__", value: "w" },
    ];
    const { keyValueMaps } = settingsOf("keyvaluemaps.json", [
      { name: "m", [field]: entries },
      { name: "empty" },
    ]);
    expect(JSON.stringify(keyValueMaps)).toBe('{"m":{"k":"v","__proto__":"w"},"empty":{}}');
  });

  test("has texts as values", () => {
    expect(problemsOf("keyvaluemaps.json", '[{"name":"m","entry":[{"name":"k","value":1}]}]')).toEqual([
      "error InvalidSetting keyvaluemaps.json:1:43",
    ]);
  });
});

describe("deployments.json", () => {
  test("names what is deployed, as objects or as texts", () => {
    const { deployed } = settingsOf("deployments.json", {
      proxies: [{ name: "a" }, "b"],
      sharedflows: ["s"],
    });
    expect(deployed).toEqual({
      proxies: new Map([
        ["a", expect.objectContaining({ line: 1, column: 21 })],
        ["b", expect.objectContaining({ line: 1, column: 26 })],
      ]),
      sharedFlows: new Map([["s", expect.objectContaining({ line: 1, column: 46 })]]),
    });
  });

  test("may name nothing", () => {
    expect(settingsOf("deployments.json", {}).deployed).toEqual({
      proxies: new Map(),
      sharedFlows: new Map(),
    });
  });

  test.each([
    ["[]", "InvalidSetting", "1:1"],
    ['{"apis": ["a"]}', "UnknownField", "1:2"],
    ['{"proxies": [\n1]}', "InvalidSetting", "2:1"],
  ])("%s is wrong", (text, code, position) => {
    expect(problemsOf("deployments.json", text)).toEqual([`error ${code} deployments.json:${position}`]);
  });
});

describe("egress.json", () => {
  test("lists the rules of where flows may call", () => {
    const allow = ["api.example.com", "*.example.com", "10.0.0.1:8080"];
    expect(settingsOf("egress.json", { allow }).egressAllow).toEqual(allow);
  });

  test("leaves out a rule that cannot be read, and says where it is", () => {
    const { settings, problems } = read({ "egress.json": '{"allow": ["a.example.com",\n"*"]}' });
    expect(settings.egressAllow).toEqual(["a.example.com"]);
    expect(problems).toEqual([expect.stringMatching(/^error InvalidEgressRule egress\.json:2:1 /)]);
  });

  test.each(["{", "[]", '{"allow": "a"}'])("%s is wrong, and nothing more is allowed", (text) => {
    const { settings, problems } = read({ "egress.json": text });
    expect([settings.egressAllow, problems.length]).toEqual([[], 1]);
  });
});

test("a file that has no effect is told by name", () => {
  expect(read({ "targetServers.json": "[]", "debugmask.json": "{}" }).problems).toEqual([
    "warning UnknownFile targetServers.json:1:1 The file has no effect.",
  ]);
});

test("the message names the place and what is expected there", () => {
  expect(read({ "keyvaluemaps.json": '[{"name": 1}]' }).problems).toEqual([
    "error InvalidSetting keyvaluemaps.json:1:11 [0].name must be a text, and is a number.",
  ]);
});

describe("requests.json", () => {
  test("says which ways to write a path are not refused", () => {
    const requests = { allowInPaths: ["encoded-slash", "empty-segment"] };
    expect(settingsOf("requests.json", requests).requests).toEqual(requests);
  });

  test.each([
    ["[]", "InvalidSetting requests.json:1:1"],
    ['{\n"allowInPaths": ["encoded-slash", "dots"] }', "InvalidSetting requests.json:2:35"],
    ['{ "allowInPaths": [],\n"other": 1 }', "UnknownField requests.json:2:1"],
  ])("is reported where it is wrong: %s", (text, problem) => {
    expect(problemsOf("requests.json", text)).toEqual([`error ${problem}`]);
  });

  test("is not needed: everything is refused", () => {
    expect(read({}).settings.requests).toEqual({ allowInPaths: [] });
  });
});

describe("audit.json", () => {
  test.each([
    { destination: "log" },
    { destination: "none" },
    { destination: "binding", binding: "AUDIT_QUEUE" },
  ])("says where records of calls go: %j", (audit) => {
    expect(settingsOf("audit.json", audit).audit).toEqual(audit);
  });

  test.each([
    ["[]", "InvalidSetting audit.json:1:1"],
    ['{\n "destination": "file" }', "InvalidSetting audit.json:2:17"],
    ['{"destination":"log",\n"binding":"A"}', "UnknownField audit.json:2:1"],
    ['{\n"destination":"binding"}', "InvalidSetting audit.json:1:1"],
    ['{"destination":"binding",\n"binding":"MY-QUEUE"}', "InvalidSetting audit.json:2:11"],
  ])("cannot be %j", (text, problem) => {
    expect(problemsOf("audit.json", text)).toEqual([`error ${problem}`]);
  });

  test("is the log when there is none", () => {
    expect(read({}).settings.audit).toEqual({ destination: "log" });
  });
});

test("secrets-key.json is a known file", () => {
  expect(read({ "secrets-key.json": "{}" }).problems).toEqual([]);
});

describe("identity.json", () => {
  const issuer = "https://issuer.example.com";

  test("says whose tokens identify callers", () => {
    const all = {
      issuer,
      audience: "gateway",
      jwksUri: `${issuer}/keys`,
      allowAnonymous: true,
      groupsClaim: "roles",
      loginUrl: `${issuer}/login?a=b`,
      publicUrl: "https://api.example.com",
    };
    expect(settingsOf("identity.json", all).identity).toEqual(all);
  });

  test("leaves what may be missing to its default: keys to the issuer's OpenID configuration", () => {
    expect(settingsOf("identity.json", { issuer, audience: "gateway" }).identity).toEqual({
      issuer,
      audience: "gateway",
      jwksUri: null,
      allowAnonymous: false,
      groupsClaim: null,
      loginUrl: null,
      publicUrl: null,
    });
  });

  test("knows where Cloudflare Access has its keys", () => {
    const team = "https://team.cloudflareaccess.com";
    expect(settingsOf("identity.json", { issuer: team, audience: "a" }).identity?.jwksUri).toBe(
      `${team}/cdn-cgi/access/certs`,
    );
  });

  test("without an audience is warned about", () => {
    expect(problemsOf("identity.json", `{\n"issuer": "${issuer}"}`)).toEqual([
      "warning AudienceMissing identity.json:2:11",
    ]);
  });

  test.each([
    ["{}", "error InvalidSetting identity.json:1:1"],
    ["[]", "error InvalidSetting identity.json:1:1"],
    ['{"issuer":"http://issuer.example.com","audience":"a"}', "error InvalidSetting identity.json:1:11"],
    ['{"issuer":"https://issuer.example.com/?x","audience":"a"}', "error InvalidSetting identity.json:1:11"],
    ['{"issuer":"https://issuer.example.com/#x","audience":"a"}', "error InvalidSetting identity.json:1:11"],
    ['{"issuer":"https://i.example.com","audience":""}', "error InvalidSetting identity.json:1:46"],
    [
      '{"issuer":"https://i.example.com","audience":"a","jwksUri":"/x"}',
      "error InvalidSetting identity.json:1:60",
    ],
    [
      '{"issuer":"https://i.example.com","audience":"a","allowAnonymus":true}',
      "error UnknownField identity.json:1:50",
    ],
    [
      '{"issuer":"https://i.example.com","audience":"a","publicUrl":"https://a.example.com/x"}',
      "error InvalidSetting identity.json:1:62",
    ],
    ["{", "error InvalidJSON identity.json:1:2"],
  ])("%s is refused", (text, problem) => {
    expect(problemsOf("identity.json", text)).toEqual([problem]);
  });
});
