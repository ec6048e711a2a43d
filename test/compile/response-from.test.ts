import { describe, expect, test } from "vitest";
import type { Bundle, Endpoint, Flow } from "../../src/bundle/model.ts";
import type { CompileContext } from "../../src/compile/compile-context.ts";
import { responsesFrom } from "../../src/compile/response-from.ts";
import { Report } from "../../src/documents/report.ts";

const at = { file: "proxies/default.xml", line: 1, column: 1 };
const steps = (names: string) =>
  names
    .split(" ")
    .filter(Boolean)
    .map((policy) => ({ policy, condition: null, at }));
const flow = (name: string, response: string): Flow => ({
  name,
  description: "",
  condition: null,
  request: steps("Cache"),
  response: steps(response),
});

function endpoint(preFlow: string, flows: readonly string[], postFlow: string): Endpoint {
  return {
    name: "default",
    description: "",
    preFlow: flow("PreFlow", preFlow),
    flows: flows.map((names, index) => flow(`Flow ${index}`, names)),
    postFlow: flow("PostFlow", postFlow),
    faultRules: [],
    defaultFaultRule: null,
    at,
  };
}

/** What is compiled for each policy, by flow. */
function compiled(whole: Endpoint, continuing: readonly string[] = ["Cache"]) {
  const named = [whole.preFlow, ...whole.flows, whole.postFlow].flatMap(({ request, response }) => [
    ...request,
    ...response,
  ]);
  const policies = new Map(
    named.map(({ policy }) => [
      policy,
      { meaning: { type: continuing.includes(policy) ? { continuesAtResponse: true } : {} } },
    ]),
  );
  const bundle = {
    kind: "proxy",
    policies,
    proxyEndpoints: [{ ...whole, postClientFlow: [] }],
    targetEndpoints: new Map(),
  } as unknown as Bundle;
  const seen: string[] = [];
  const report = new Report();
  const found = responsesFrom(
    whole,
    { bundle, report } as unknown as CompileContext,
    ({ preFlow, flows, postFlow }) => {
      const names = ({ response }: Flow) => response.map(({ policy }) => policy).join(" ");
      seen.push([names(preFlow), ...flows.map(names), names(postFlow)].join(" | "));
      return () => {};
    },
  );
  return { policies: [...found.keys()], flows: seen };
}

describe("a response flow that begins where a policy stands, itself included", () => {
  test.each([
    ["in PreFlow", endpoint("A Cache B", ["C", "D"], "E"), "Cache B | C | D | E"],
    ["in a conditional flow", endpoint("A", ["B Cache C", "D"], "E"), " | Cache C |  | E"],
    ["in several conditional flows", endpoint("A", ["B Cache", "Cache C"], "E"), " | Cache | Cache C | E"],
    ["in PostFlow", endpoint("A", ["B"], "C Cache D"), " | Cache D"],
    ["last", endpoint("A", [], "B Cache"), " | Cache"],
  ])("%s", (_, whole, expected) => {
    expect(compiled(whole)).toEqual({ policies: ["Cache"], flows: [expected] });
  });

  test("is not compiled for a policy that stands in the request only", () => {
    expect(compiled(endpoint("A", ["B"], "C"))).toEqual({ policies: [], flows: [] });
  });

  test("nor for a policy that never continues there", () => {
    expect(compiled(endpoint("Cache", [], ""), [])).toEqual({ policies: [], flows: [] });
  });
});
