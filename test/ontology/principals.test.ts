import { expect, test } from "vitest";
import type { Caller } from "../../src/credentials/caller.ts";
import { isAmong } from "../../src/ontology/principals.ts";

const ann: Caller = { kind: "user", id: "i#1", name: "Ann", login: "ann@example.com", groups: ["hr"] };
const nameless: Caller = { kind: "user", id: "i#2", name: "ann@example.com" };
const job: Caller = { kind: "service", id: "i#3", name: "ann@example.com" };
const nobody: Caller = { kind: "anonymous" };

test.each([
  [[], []],
  [["anyone"], [ann, nameless, job, nobody]],
  [["users"], [ann, nameless]],
  [["services"], [job]],
  [["user:ann@example.com"], [ann]],
  [["user:Ann"], []],
  [["group:hr"], [ann]],
  [["group:h", "group:"], []],
  [["group:board", "services"], [job]],
])("among %j", (principals, expected) => {
  expect([ann, nameless, job, nobody].filter((caller) => isAmong(principals, caller))).toEqual(expected);
});
