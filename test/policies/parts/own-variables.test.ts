import { expect, test } from "vitest";
import { OwnVariables } from "../../../src/policies/parts/own-variables.ts";
import { flowOf, variableOf } from "../policy-kit.ts";

test("names are put together right, however many and however long they are, each time anew", () => {
  const own = new OwnVariables("p.");
  const names = ["", "constructor", "__proto__", "a.b", "x".repeat(1000)].concat(
    Array.from({ length: 1000 }, (_, index) => `n${index}`),
  );
  for (let time = 0; time < 2; time++) {
    const flow = flowOf();
    own.set(
      flow,
      names.flatMap((name) => [["g.", name, `g ${name}`] as const, ["h.", name, `h ${name}`] as const]),
    );
    for (const name of names) {
      expect([variableOf(flow, `p.g.${name}`), variableOf(flow, `p.h.${name}`)]).toEqual([
        `g ${name}`,
        `h ${name}`,
      ]);
    }
  }
});

test("what is null is not set, and what was set is taken away again", () => {
  const [own, other] = [new OwnVariables("p."), new OwnVariables("q.")];
  const flow = flowOf();
  own.set(flow, [
    ["", "a", 1],
    ["", "b", null],
  ]);
  other.set(flow, [["", "a", 2]]);
  own.clear(flow);
  expect([variableOf(flow, "p.a"), variableOf(flow, "p.b"), variableOf(flow, "q.a")]).toEqual([
    null,
    null,
    2,
  ]);
});
