import { expect, test } from "vitest";
import type { FunctionPlan } from "../../src/functions/deployed.ts";
import { failureOf } from "../../src/functions/failure.ts";
import { LiveCall } from "../../src/functions/live-call.ts";

const plan = { published: { name: "probe", revision: "1" } } as FunctionPlan;
const facts = { id: "a call", plan, caller: { kind: "anonymous" }, secrets: new Map() } as const;
const live = new LiveCall({ ...facts, limitMs: 300, deadline: 1300, isQuery: false, depth: 0 }, () => {});

/** How a function ends that does not catch what the end of its time does to the calls under way. */
const ended = { error: { kind: "runtime", name: "TypeError", message: "fetch failed", stack: "" } };

test.each([
  [true, { errorName: "QueryTimeExceededLimit", message: "The function took longer than 300 ms." }],
  [false, { errorName: "QueryRuntimeError", message: "TypeError: fetch failed" }],
])("when its time is over (%s), an error of a function means that it took too long", (isOver, meaning) => {
  const lines: unknown[] = [];
  expect(failureOf(live, ended, isOver, (line) => lines.push(line))).toMatchObject(meaning);
  expect(lines).toMatchObject([meaning]);
});
