import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerError, answerValue, outputsOf } from "../../src/webhooks/answer.ts";
import { compileWebhook } from "../../src/webhooks/compile.ts";
import { webhooksFrom } from "./webhook-kit.ts";

const [file] = webhooksFrom({
  probe: `
source: Things
calls: [{ name: get, method: GET, path: /x }]
outputs:
  flag: { type: boolean, optional: true, from: get.flag }
  count: { type: integer, optional: true, from: "get.list[0]" }
  big: { type: long, optional: true, from: get.big }
  size: { type: double, optional: true, from: get.size }
  text: { type: string, optional: true, from: get }
  day: { type: date, optional: true, from: get.day }
  at: { type: timestamp, optional: true, from: get.at }
  list: { type: list, optional: true, element: { type: string }, from: get.list }
  record: { type: record, optional: true, fields: { constructor: { type: double, optional: true } }, from: get.record }
`,
});
const { outputs = [] } = file ? compileWebhook(file, () => expect.unreachable()) : {};

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  flag: (value) => typeof value === "boolean",
  count: (value) => Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31,
  big: (value) => typeof value === "string" && /^-?\d+$/.test(value),
  size: (value) => typeof value === "number" || ["NaN", "Infinity", "-Infinity"].includes(String(value)),
  text: (value) => typeof value === "string",
  day: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value),
  at: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  list: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  record: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).every((key) => key === "constructor") &&
    Object.values(value).every((each) => typeof each !== "function"),
};

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("2026-01-31", "9223372036854775808", 2 ** 53, -0, Number.MAX_VALUE, "{}"),
);
const answers = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      flag: anything,
      big: anything,
      size: anything,
      day: anything,
      at: anything,
      list: anything,
      record: anything,
    },
    { requiredKeys: [] },
  ),
);

test("whatever a system answers, outputs are of their types, or there are none", () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const text = JSON.stringify(answer);
      let found: Readonly<Record<string, unknown>>;
      try {
        found = outputsOf(outputs, new Map([["get", answerValue(text, "application/json")]]));
      } catch (error) {
        expect(error).toBeInstanceOf(AnswerError);
        return;
      }
      for (const [name, value] of Object.entries(found)) {
        expect([name, value, types[name]?.(value)]).toEqual([name, value, true]);
      }
    }),
    { numRuns: 1000 },
  );
});

test("whatever bytes say that they are JSON, they are read or refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      try {
        answerValue(text, "application/problem+json; charset=utf-8");
      } catch (error) {
        expect(error).toBeInstanceOf(AnswerError);
      }
    }),
  );
});

test("an answer that is nested without end is not taken apart", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  expect(answerValue(deep(200_000), "application/json")).toHaveLength(1);
  expect(() => answerValue(deep(200_001), "application/json")).toThrow("more than 200000 lists and objects");
  expect(() => answerValue(deep(5e6), "application/json")).toThrow("more than 200000 lists and objects");
});
