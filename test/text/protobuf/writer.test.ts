import { BinaryReader } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtobufWriter } from "../../../src/text/protobuf/writer.ts";

const field = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 29 - 1 }));

/** Also lone surrogates, and texts on both sides of each length at which something else is done. */
const unit = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 127 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);
const text = fc.oneof(
  fc.array(unit, { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...[63, 64, 65, 127, 128, 129, 16383, 16384].map((length) => "x".repeat(length))),
  fc.constantFrom("é".repeat(64), `${"x".repeat(127)}é`, "€".repeat(5462)),
);

/** What was written, as protobuf-es reads it. */
function reading(write: (writer: ProtobufWriter) => void): BinaryReader {
  const writer = new ProtobufWriter();
  write(writer);
  return new BinaryReader(writer.finish());
}

test("a text is read as it was written, with what is no character replaced", () => {
  fc.assert(
    fc.property(field, text, (number, value) => {
      const reader = reading((writer) => writer.item(number, value));
      expect(reader.tag()).toEqual([number, 2]);
      expect(reader.string(true)).toBe(value.toWellFormed());
      expect(reader.pos).toBe(reader.len);
    }),
  );
});

test.each([
  ["int32", fc.integer()],
  ["int64", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ["double", fc.double()],
  ["bool", fc.boolean()],
] as const)("an %s is read as it was written", (type, values) => {
  fc.assert(
    fc.property(field, values as fc.Arbitrary<never>, (number, value) => {
      const reader = reading((writer) => writer[type](number, value));
      expect(reader.tag()).toEqual([number, type === "double" ? 1 : 0]);
      expect(reader[type]()).toBe(value);
      expect(reader.pos).toBe(reader.len);
    }),
  );
});

test("messages in each other have the lengths of what is in them", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), fc.integer({ min: 1, max: 10 }), (texts, depth) => {
      const reader = reading((writer) => {
        const starts = Array.from({ length: depth }, () => writer.begin(7));
        for (const value of texts) writer.item(1, value);
        for (const start of starts.toReversed()) writer.end(start);
      });
      for (let level = 0; level < depth; level++) {
        expect(reader.tag()).toEqual([7, 2]);
        expect(reader.uint32()).toBe(reader.len - reader.pos);
      }
      for (const value of texts) {
        reader.tag();
        expect(reader.string()).toBe(value.toWellFormed());
      }
      expect(reader.pos).toBe(reader.len);
    }),
  );
});

test("an empty text is left out where it is the default", () => {
  const reader = reading((writer) => {
    writer.text(1, "");
    writer.text(2, "two");
  });
  expect([reader.tag(), reader.string()]).toEqual([[2, 2], "two"]);
});

test("the room before a message stays free", () => {
  const writer = new ProtobufWriter(5);
  writer.text(1, "m");
  expect([...writer.finish()]).toEqual([0, 0, 0, 0, 0, 0x0a, 1, 0x6d]);
});
