import { expect, test } from "vitest";
import { readPropertySet } from "../../../src/policies/mediation/read-property-set.ts";
import { flowOf, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (inside: string) => `<ReadPropertySet name="R">${inside}</ReadPropertySet>`;
const read = (name: string, key: string, rest = "") =>
  `<Read>${name}${key}<AssignTo>out</AssignTo>${rest}</Read>`;
const [set, key] = ["<Name>limits</Name>", "<Key>daily</Key>"];
const fallback = "<DefaultValue>7</DefaultValue>";

test.each([
  ["names", read(set, key), "100"],
  ["variables", read('<Name ref="s"/>', '<Key ref="k"/>'), "100"],
  ["a default that is not needed", read(set, key, fallback), "100"],
  ["a missing key", read(set, "<Key>hourly</Key>"), null],
  ["a missing key with a default", read(set, "<Key>hourly</Key>", fallback), "7"],
  ["a missing set", read("<Name>other</Name>", key, fallback), "7"],
  ["__proto__", read("<Name>__proto__</Name>", key), null],
])("%s", async (_, inside, expected) => {
  const propertySets = new Map([["limits", new Map([["daily", "100"]])]]);
  const flow = flowOf({ identity: { propertySets }, variables: { s: "limits", k: "daily", out: "earlier" } });
  await runPolicy(readPropertySet, policy(inside), flow);
  expect(variableOf(flow, "out")).toBe(expected);
});

test.each([
  ["nothing to read", policy(""), ["warning NothingToRead 1:1"]],
  ["no set", policy(read("", key)), ["error MissingElement 1:27"]],
  ["an empty key", policy(read(set, "<Key/>")), ["error MissingElement 1:52"]],
])("%s", (_, xml, problems) => {
  expect(problemsOf(readPropertySet, xml)).toEqual(problems);
});
