import { expect, test } from "vitest";
import { PolicyBuilder } from "../../src/compile/policy-builder.ts";
import { Report } from "../../src/documents/report.ts";
import { raiseFault } from "../../src/policies/messages/raise-fault.ts";
import { compileContext } from "../policies/build-policy.ts";

test("names that a running policy asks for are not kept", () => {
  const report = new Report();
  const policy = {
    name: "P",
    enabled: true,
    continueOnError: false,
    at: { file: "", line: 1, column: 1 },
    meaning: null,
  };
  const builder = new PolicyBuilder(policy, raiseFault, compileContext({}, report), report);
  builder.context.variable("known.content");
  const { contents, mentions } = builder.built();
  builder.context.variable("from-outside.content");
  expect([[...contents], [...mentions]]).toEqual([["known"], ["known"]]);
});
