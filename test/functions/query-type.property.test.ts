import fc from "fast-check";
import { expect, test } from "vitest";
import type { ValueType } from "../../src/functions/published-function.ts";
import { fromQueryValue, toQueryValue } from "../../src/functions/query-type.ts";

interface Typed {
  readonly type: ValueType;
  readonly value: unknown;
}

const name = fc.constantFrom("a", "b", "__proto__", "constructor", "key", "value");
const scalar: fc.Arbitrary<Typed> = fc.oneof(
  fc.string().map((value): Typed => ({ type: { type: "string" }, value })),
  fc.integer().map((value): Typed => ({ type: { type: "integer" }, value })),
  fc.boolean().map((value): Typed => ({ type: { type: "boolean" }, value })),
);
const key = fc.oneof(
  fc.string().map((value): Typed => ({ type: { type: "string" }, value })),
  fc.integer().map((value): Typed => ({ type: { type: "integer" }, value })),
);

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie("typed").map(
      ({ type, value }): Typed => ({ type: { type: "list", element: type }, value: [value, value] }),
    ),
    fc.tuple(key, tie("typed")).map(
      ([{ type: keyType, value: keyValue }, { type, value }]): Typed => ({
        type: { type: "map", key: keyType, value: type },
        value: Object.fromEntries([[String(keyValue), value]]),
      }),
    ),
    fc.tuple(name, tie("typed")).map(
      ([field, { type, value }]): Typed => ({
        type: { type: "struct", fields: [{ name: field, type, optional: true }] },
        value: Object.fromEntries([[field, value]]),
      }),
    ),
  ),
}));

test("a value is the same after a way through the REST API", () => {
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      const sent = JSON.parse(JSON.stringify(toQueryValue(value, type)));
      expect(JSON.stringify(fromQueryValue(sent, type))).toBe(JSON.stringify(value));
    }),
  );
});
