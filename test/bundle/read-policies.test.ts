import { expect, test } from "vitest";
import { problemsOf, proxyEndpoint } from "./files.ts";

/** The problems of a bundle with one policy, which is attached this often. */
function problemsWith(policy: string, steps = 1): string[] {
  const step = "<Step><Name>A</Name></Step>".repeat(steps);
  return problemsOf({
    "apiproxy/proxies/default.xml": proxyEndpoint(`<PreFlow><Request>${step}</Request></PreFlow>`),
    "apiproxy/policies/A.xml": policy,
  });
}

test("a policy of a type that does not exist is refused by its name", () => {
  expect(problemsWith('<Cartwheel name="A"/>')).toEqual(["error UnknownPolicyType policies/A.xml:1:1"]);
});

test("each problem of a policy is reported once, however often it is attached", () => {
  expect(problemsWith('<RaiseFault name="A" continueOnError="maybe"/>', 2)).toEqual([
    "warning InvalidBoolean policies/A.xml:1:1",
  ]);
});

test("what a type does not know is warned about", () => {
  expect(problemsWith('<RaiseFault name="A">\n<Unheard-of/></RaiseFault>')).toEqual([
    "warning UnknownElement policies/A.xml:2:1",
  ]);
});
