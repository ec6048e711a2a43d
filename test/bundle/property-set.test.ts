import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPropertySet } from "../../src/bundle/property-set.ts";
import { Report } from "../../src/documents/report.ts";

function read(content: string): Record<string, string> {
  const report = new Report();
  const properties = readPropertySet(content, "resources/properties/p.properties", report);
  expect(report.problems).toEqual([]);
  return Object.fromEntries(properties);
}

describe("a property set is read as Java reads it", () => {
  test.each<[string, string, Record<string, string>]>([
    ["key and value", "Truth = Beauty", { Truth: "Beauty" }],
    ["a colon separates too", "Truth:Beauty", { Truth: "Beauty" }],
    ["white space alone separates too", "  Truth\t \tBeauty and more ", { Truth: "Beauty and more " }],
    ["only the first separator counts", "a==b:c", { a: "=b:c" }],
    ["a key without a value has the empty string", "cheeses\nb=", { cheeses: "", b: "" }],
    ["comments and blank lines hold nothing", "# a=1\n  ! b=2\n\n \t\nc=3", { c: "3" }],
    ["any line end ends a line", "a=1\r\nb=2\rc=3\n", { a: "1", b: "2", c: "3" }],
    [
      "a backslash at the end goes on in the next line",
      "fruits  apple, \\\n   pear, \\\n  fig",
      { fruits: "apple, pear, fig" },
    ],
    ["two backslashes at the end do not", "a=b\\\\\nc=d", { a: "b\\", c: "d" }],
    ["a comment does not go on", "# a \\\nb=1", { b: "1" }],
    ["a continued line may start like a comment", "a=1\\\n#2", { a: "1#2" }],
    ["a backslash at the end of the file holds nothing", "a=1\\", { a: "1" }],
    ["separators in keys are escaped", "a\\:b\\=c\\ d=e", { "a:b=c d": "e" }],
    ["control characters are escaped", "a=\\t\\n\\r\\f\\x\\\\", { a: "\t\n\r\fx\\" }],
    ["characters are escaped by number", "a=\\u00fc\\uD83D\\uDE00", { a: "ü😀" }],
    ["an escaped backslash before u is no number", "a=\\\\user", { a: "\\user" }],
    ["UTF-8 text is read as it is, without byte order mark", "\uFEFFä=ö", { ä: "ö" }],
    ["the last value of a key counts", "a=1\na=2", { a: "2" }],
    ["nothing", "", {}],
  ])("%s", (_, content, properties) => {
    expect(read(content)).toEqual(properties);
  });

  test("a key may be called like a member of every object", () => {
    const properties = readPropertySet("__proto__=x\nconstructor=y", "p", new Report());
    expect([...properties]).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });
});

test("\\u without four digits is reported with its line, and the other lines are read", () => {
  const report = new Report();
  expect([...readPropertySet("a=1\nb=\\u12\nc=3", "p", report).keys()]).toEqual(["a", "c"]);
  expect(report.problems[0]).toMatchObject({ code: "PropertySetInvalid", file: "p", line: 2 });
});

test("any keys and values that are escaped come back", () => {
  const escaped = (text: string) =>
    text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (key, value) => {
      const content = `${escaped(key)}=${escaped(value)}`;
      expect([...readPropertySet(content, "p", new Report())]).toEqual([[key, value]]);
    }),
  );
});

test("any text is read", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."\\u0=: \n\r#aF") }), (content) => {
      readPropertySet(content, "p", new Report());
    }),
  );
});
