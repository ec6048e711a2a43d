import { expect, test } from "vitest";
import { check, deploy, proxyFiles, sharedFlowFiles, step } from "../exchange/gateway-kit.ts";

const entry = (key: string, value: string) =>
  `<Entry><Key><Parameter>${key}</Parameter></Key><Value>${value}</Value></Entry>`;
const policy = (scope: string, entries: string) =>
  `<KeyValueMapOperations name="KV" mapIdentifier="m"><Scope>${scope}</Scope><InitialEntries>${entries}</InitialEntries></KeyValueMapOperations>`;
const proxy = (name: string, scope: string, entries: string) =>
  proxyFiles(name, {
    flows: `<PreFlow><Request>${step("KV")}</Request></PreFlow>`,
    policies: { KV: policy(scope, entries) },
  });

test.each([
  ["organization", { scope: "organization", owner: "", name: "m" }],
  ["environment", { scope: "environment", owner: "", name: "m" }],
  ["apiproxy", { scope: "apiproxy", owner: "p", name: "m" }],
  ["policy", { scope: "policy", owner: "p/3", name: "m" }],
])("initial entries of the scope %s are deployed", async (scope, map) => {
  const { document } = await deploy(proxy("p", scope, entry("k", "v")));
  expect(document.initialEntries).toEqual([{ map, key: "k", values: ["v"] }]);
});

test("the same key of several bundles is deployed once, as the last of them has it", async () => {
  const { document } = await deploy({
    ...proxy("p", "environment", entry("k", "1") + entry("__proto__", "x")),
    ...proxy("q", "environment", entry("k", "2")),
  });
  expect(document.initialEntries.map(({ key, values }) => [key, ...values])).toEqual([
    ["k", "2"],
    ["__proto__", "x"],
  ]);
});

test("entries of a proxy that stand in a shared flow are a warning", async () => {
  const steps = step("KV");
  const files = sharedFlowFiles("s", steps, { KV: policy("apiproxy", entry("k", "v")) });
  const found = check(files).problems.filter(({ code }) => code === "InitialEntriesOfNobody");
  expect(found).toMatchObject([
    { severity: "warning", file: "sharedflows/s/sharedflowbundle/policies/KV.xml" },
  ]);
  const { document } = await deploy(files);
  expect(document.initialEntries).toEqual([]);
});
