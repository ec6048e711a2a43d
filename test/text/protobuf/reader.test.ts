import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delimited, fixed64, ProtobufReader, varint } from "../../../src/text/protobuf/reader.ts";

const field = fc.integer({ min: 1, max: 2 ** 29 - 1 });

/** A reader of what protobuf-es writes. */
function readerOf(write: (writer: BinaryWriter) => void): ProtobufReader {
  const writer = new BinaryWriter();
  write(writer);
  return new ProtobufReader(writer.finish());
}

/** Reads all fields of a message and throws them away. */
function skipAll(bytes: Iterable<number>): void {
  const reader = new ProtobufReader(Uint8Array.from(bytes));
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) reader.skip(tag);
}

test("a text is read as it was written, on both sides of the length at which something else is done", () => {
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 100 }), fc.string({ maxLength: 40 }));
  fc.assert(
    fc.property(texts, (value) => {
      const reader = readerOf((writer) => writer.tag(3, WireType.LengthDelimited).string(value));
      expect([reader.next(), reader.text(), reader.next()]).toEqual([delimited(3), value, 0]);
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
      const wireType = type === "double" ? WireType.Bit64 : WireType.Varint;
      const reader = readerOf((writer) => writer.tag(number, wireType)[type](value));
      const tag = type === "double" ? fixed64(number) : varint(number);
      expect([reader.next(), reader[type](), reader.next()]).toEqual([tag, value, 0]);
    }),
  );
});

test("an int32 is the lower half of a longer number, as in other languages", () => {
  const reader = readerOf((writer) => writer.tag(1, WireType.Varint).int64(2n ** 40n + 7n));
  expect([reader.next(), reader.int32()]).toEqual([varint(1), 7]);
});

test("a number may have more bytes than it needs", () => {
  const reader = new ProtobufReader(
    Uint8Array.of(0x08, 0x87, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0),
  );
  expect([reader.next(), reader.int32(), reader.next()]).toEqual([varint(1), 7, 0]);
});

test("a byte order mark is a part of a text", () => {
  const reader = readerOf((writer) => writer.tag(1, WireType.LengthDelimited).string("\uFEFFx"));
  expect([reader.next(), reader.text()]).toEqual([delimited(1), "\uFEFFx"]);
});

test("a message in a field ends where its length says", () => {
  const reader = readerOf((writer) =>
    writer
      .tag(1, WireType.LengthDelimited)
      .fork()
      .tag(2, WireType.Varint)
      .int32(5)
      .join()
      .tag(3, WireType.Varint)
      .int32(6),
  );
  expect(reader.next()).toBe(delimited(1));
  const inner = reader.message((own, seen) => {
    for (let tag = own.next(); tag !== 0; tag = own.next()) seen.push(tag, own.int32());
  }, [] as number[]);
  expect(inner).toEqual([varint(2), 5]);
  expect([reader.next(), reader.int32(), reader.next()]).toEqual([varint(3), 6, 0]);
});

test("fields of all types are skipped, groups among them", () => {
  const reader = readerOf((writer) => {
    writer
      .tag(1, WireType.Varint)
      .int64(-1n)
      .tag(2, WireType.Bit64)
      .double(1)
      .tag(3, WireType.Bit32)
      .float(1);
    writer.tag(4, WireType.LengthDelimited).string("x".repeat(200));
    writer.tag(5, WireType.StartGroup).tag(6, WireType.StartGroup).tag(7, WireType.Varint).int32(1);
    writer.tag(6, WireType.EndGroup).tag(5, WireType.EndGroup).tag(8, WireType.Varint).int32(9);
  });
  for (const number of [1, 2, 3, 4, 5]) {
    const tag = reader.next();
    expect(tag >>> 3).toBe(number);
    reader.skip(tag);
  }
  expect([reader.next(), reader.int32(), reader.next()]).toEqual([varint(8), 9, 0]);
});

describe("refused are", () => {
  const varintOf = (length: number, last: number) => [...Array(length - 1).fill(0x80), last];
  test.each<[string, Iterable<number>]>([
    ["a tag without a value", [0x08]],
    ["half a number", [0x08, 0x80]],
    ["a number of eleven bytes", [0x08, ...varintOf(11, 1)]],
    ["the field 0", [0x00, 0x00]],
    ["a tag of more than 32 bits", [...varintOf(6, 1), 0]],
    ["the type 6", [0x0e]],
    ["the type 7", [0x0f]],
    ["half a double", [0x09, 0, 0, 0, 0]],
    ["half a float", [0x0d, 0, 0]],
    ["a length beyond the end", [0x0a, 2, 0x6d]],
    ["a length of four gigabytes", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x6d]],
    ["a length of more than 32 bits", [0x0a, 0x81, 0x80, 0x80, 0x80, 0x80, 0x01, 0x6d]],
    ["a negative length", [0x0a, ...Array(9).fill(0xff), 0x01, 0x6d]],
    ["the end of a group that has not begun", [0x0c]],
    ["the end of another group", [0x0b, 0x14]],
    ["a group without an end", [0x0b, 0x10, 0x01]],
    ["groups in groups without an end", Array(1_000_000).fill(0x0b)],
    ["too many groups in groups", [...Array(200).fill(0x0b), ...Array(200).fill(0x0c)]],
  ])("%s", (_name, bytes) => {
    expect(() => skipAll(bytes)).toThrow(RangeError);
  });

  test.each([
    ["in a short text", [0x61, 0xff]],
    ["in a long text", [...Array(100).fill(0x61), 0xc3]],
    ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
  ])("bytes that are no UTF-8, %s", (_name, bytes) => {
    const reader = new ProtobufReader(Uint8Array.from([0x0a, bytes.length, ...bytes]));
    reader.next();
    expect(() => reader.text()).toThrow(RangeError);
  });

  test("a message whose length goes beyond that of the message around it", () => {
    const reader = new ProtobufReader(Uint8Array.of(0x0a, 2, 0x0a, 3, 1, 2, 3));
    reader.next();
    const readAll = (own: ProtobufReader) => {
      for (let tag = own.next(); tag !== 0; tag = own.next()) own.message(readAll, null);
    };
    expect(() => reader.message(readAll, null)).toThrow(RangeError);
  });

  test("a text that goes beyond the message around it", () => {
    const reader = new ProtobufReader(Uint8Array.of(0x0a, 3, 0x0a, 2, 0x6d, 0x6d));
    reader.next();
    expect(() => reader.message((own) => [own.next(), own.text()], null)).toThrow(RangeError);
  });
});

test("any bytes are fields or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        skipAll(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});
