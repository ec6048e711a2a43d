import { expect, test } from "vitest";
import { assertCondition } from "../../../src/policies/mediation/assert-condition.ts";
import { flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (condition: string) =>
  `<AssertCondition name="A"><Condition>${condition}</Condition></AssertCondition>`;

test.each([
  ["a = 1", true],
  ["a = 2", false],
  ["missing = null", true],
  ['request.verb = "GET" and (a &gt; 0)', true],
])("%s: %s", async (condition, expected) => {
  const flow = flowOf({ variables: { a: 1 } });
  await runPolicy(assertCondition, policy(condition), flow);
  expect(variableOf(flow, "assertcondition.A.truthValue")).toBe(expected);
});

test("a condition on the content has it read before", () => {
  expect([...loadPolicy(assertCondition, policy('request.content = "x"')).reads]).toEqual(["request"]);
});

test.each([
  ["none", "<AssertCondition name='A'/>", ["error InvalidCondition 1:1"]],
  ["empty", policy(""), ["error InvalidCondition 1:27"]],
  ["no comparison", policy("a = = b"), ["error InvalidCondition 1:27"]],
  ["not closed", policy("(a = 1"), ["warning UnclosedParenthesis 1:27"]],
])("a condition that is %s", (_, xml, problems) => {
  expect(problemsOf(assertCondition, xml)).toEqual(problems);
});
