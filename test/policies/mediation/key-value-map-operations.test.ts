import { describe, expect, test } from "vitest";
import { keyValueMapOperations } from "../../../src/policies/mediation/key-value-map-operations.ts";
import { deployedMaps, type KeyValueMaps } from "../../../src/stores/key-value-maps.ts";
import { proxyFiles, serve, setHeader, step } from "../../exchange/gateway-kit.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const keyValueMaps = deployedMaps({
  settings: { url: "https://a.example", targetendpoint__def23__size: "3" },
  kvmap: { url: "https://default.example" },
});
const policy = (inside: string, attributes = ' mapIdentifier="settings"') =>
  `<KeyValueMapOperations name="KV"${attributes}>${inside}</KeyValueMapOperations>`;
const get = (key = "<Parameter>url</Parameter>", attributes = "") =>
  `<Get assignTo="private.v"${attributes}><Key>${key}</Key></Get>`;

async function got(xml: string, variables = {}, maps: KeyValueMaps = keyValueMaps) {
  const flow = flowOf({ variables });
  await runPolicy(keyValueMapOperations, xml, flow, { keyValueMaps: maps });
  return variableOf(flow, "private.v");
}

describe("Get", () => {
  test.each([
    ["a key", policy(get()), "https://a.example"],
    ["index 1, which is the value", policy(get(undefined, ' index="1"')), "https://a.example"],
    ["index 2 of one value", policy(get(undefined, ' index="2"')), null],
    ["a key that is not there", policy(get("<Parameter>no</Parameter>")), null],
    ["a map that is not there", policy(get(), ' mapIdentifier="other"'), null],
    ["the default map", policy(get(), ""), "https://default.example"],
    ["MapName", policy(`<MapName>settings</MapName>${get()}`, ""), "https://a.example"],
    ["MapName by ref", policy(`<MapName ref="m"/>${get()}`, ""), "https://a.example"],
    ["the scope of the environment", policy(`<Scope>environment</Scope>${get()}`), "https://a.example"],
    [
      "a key of several parts, joined with two underscores",
      policy(get('<Parameter>targetendpoint</Parameter><Parameter ref="id"/><Parameter>size</Parameter>')),
      "3",
    ],
  ])("%s", async (_, xml, value) => {
    expect(await got(xml, { m: "settings", id: "def23", "private.v": "earlier" })).toBe(value);
  });

  test("several, one after the other, also from a store that has to be waited for", async () => {
    const asked: string[] = [];
    const slow: KeyValueMaps = {
      async get({ name }, key) {
        asked.push(`${name} ${key}`);
        return key === "url" ? "settings2" : `found ${key}`;
      },
    };
    const second = '<Get assignTo="private.v"><Key><Parameter ref="first"/></Key></Get>';
    const xml = policy(`<Get assignTo="first"><Key><Parameter>url</Parameter></Key></Get>${second}`);
    expect(await got(xml, {}, slow)).toBe("found settings2");
    expect(asked).toEqual(["settings url", "settings settings2"]);
  });

  test("reads what is deployed with the environment", async () => {
    const gateway = await serve({
      ...proxyFiles("p", {
        flows: `<PreFlow><Response>${step("KV")}${step("Show")}</Response></PreFlow>`,
        policies: { KV: policy(get()), ...setHeader("Show", "x-found", "{private.v}") },
      }),
      "environments/local/keyvaluemaps.json": JSON.stringify([
        { name: "settings", entry: [{ name: "url", value: "here" }] },
      ]),
    });
    expect((await gateway.fetch("/p")).headers.get("x-found")).toBe("here");
  });
});

test.each([
  [
    "a variable that nobody can set",
    policy(get().replace("private.v", "system.time")),
    "500 steps.keyvaluemapoperations.SetVariableFailed: Failed to set variable system.time in KeyValueMapStepDefinition KV",
  ],
  [
    "an empty name of a map",
    policy(get(), ' mapIdentifier=""'),
    "500 Internal Server Error: java.lang.UnsupportedOperationException",
  ],
])("%s is a fault", async (_, xml, expected) => {
  const { status, code, message } = await faultOf(keyValueMapOperations, xml, flowOf(), { keyValueMaps });
  expect(`${status} ${code}: ${message}`).toBe(expected);
});

test.each([
  ["no key", policy('<Get assignTo="v"/>'), ["error KeyIsMissing 1:59"]],
  ["no parameter", policy('<Get assignTo="v"><Key/></Get>'), ["error KeyIsMissing 1:77"]],
  ["no variable", policy("<Get><Key><Parameter>a</Parameter></Key></Get>"), ["error AssignToRequired 1:59"]],
  ["index 0", policy(get(undefined, ' index="0"')), ["error InvalidIndex 1:59"]],
  ["nothing to do", policy(""), ["warning NothingToGet 1:1"]],
  [
    "a scope without entries",
    policy(`<Scope>apiproxy</Scope>${get()}`),
    ["warning ScopeWithoutEntries 1:59"],
  ],
  ["Put", policy(`${get()}<Put/>`), ["error UnsupportedElement 1:128"]],
  ["Delete", policy(`${get()}<Delete/>`), ["error UnsupportedElement 1:128"]],
  [
    "initial entries",
    policy(`${get()}<InitialEntries><Entry/></InitialEntries>`),
    ["error UnsupportedElement 1:144"],
  ],
  ["no initial entries", policy(`${get()}<InitialEntries/>`), []],
])("%s is reported", (_, xml, problems) => {
  expect(problemsOf(keyValueMapOperations, xml)).toEqual(problems);
});

test("the text of InvalidIndex is Apigee's", () => {
  const { report } = loadPolicy(keyValueMapOperations, policy(get(undefined, ' index="0"')));
  expect(report.problems[0]?.message).toBe("Invalid index 0 in KeyValueMapStepDefinition KV.");
});
