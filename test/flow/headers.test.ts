import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  firstHeaderValue,
  headerNames,
  headerText,
  headerValues,
  isHeaderValue,
  removeHeaderValue,
  setHeaderValue,
} from "../../src/flow/headers.ts";
import { isToken } from "../../src/text/token.ts";

describe("the values of a header", () => {
  test.each<[title: string, lines: [string, string][], values: string[]]>([
    ["there is none", [], []],
    ["a line is one value", [["x", "a"]], ["a"]],
    ["an empty line is one empty value", [["x", ""]], [""]],
    ["a comma splits a line", [["x", "a, b,c"]], ["a", "b", "c"]],
    [
      "lines add up",
      [
        ["x", "a"],
        ["X", "b, c"],
      ],
      ["a", "b", "c"],
    ],
    ["empty values count", [["x", "a,,b"]], ["a", "", "b"]],
    [
      "a date is one value",
      [["if-modified-since", "Wed, 21 Oct 2026 07:28:00 GMT"]],
      ["Wed, 21 Oct 2026 07:28:00 GMT"],
    ],
    [
      "a Set-Cookie line is one value, with its comma",
      [
        ["set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
        ["Set-Cookie", "b=2"],
      ],
      ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"],
    ],
  ])("%s", (_title, lines, values) => {
    const name = lines[0]?.[0] ?? "x";
    const headers = new Headers(lines);
    expect([headerValues(headers, name.toUpperCase()), firstHeaderValue(headers, name)]).toEqual([
      values,
      values[0] ?? null,
    ]);
  });

  test("keep their text as it came", () => {
    expect(
      headerText(
        new Headers([
          ["x", "a,b"],
          ["x", "c"],
        ]),
        "X",
      ),
    ).toBe("a,b, c");
  });
});

describe("a single value", () => {
  test("is replaced in its place, and the others stay", () => {
    const headers = new Headers({ x: "a, b, c" });
    setHeaderValue(headers, "X", 2, "new");
    expect(headers.get("x")).toBe("a, new, c");
  });

  test.each([2, 3, 99])("past the end, at %d, is added", (index) => {
    const headers = new Headers({ x: "a" });
    setHeaderValue(headers, "x", index, "new");
    expect(headerValues(headers, "x")).toEqual(["a", "new"]);
  });

  test("of a header that is not there makes the header", () => {
    const headers = new Headers();
    setHeaderValue(headers, "x", 3, "new");
    expect(headers.get("x")).toBe("new");
  });

  test("is removed, and the header with its last one", () => {
    const headers = new Headers({ x: "a, b" });
    removeHeaderValue(headers, "x", 1);
    expect(headers.get("x")).toBe("b");
    removeHeaderValue(headers, "x", 2);
    expect(headers.get("x")).toBe("b");
    removeHeaderValue(headers, "x", 1);
    expect(headers.has("x")).toBe(false);
  });

  test("of Set-Cookie is a whole line", () => {
    const headers = new Headers([
      ["set-cookie", "a=1; Expires=Wed, 21 Oct 2026"],
      ["set-cookie", "b=2"],
    ]);
    setHeaderValue(headers, "Set-Cookie", 2, "c=3");
    expect(headers.getSetCookie()).toEqual(["a=1; Expires=Wed, 21 Oct 2026", "c=3"]);
    removeHeaderValue(headers, "Set-Cookie", 1);
    expect(headers.getSetCookie()).toEqual(["c=3"]);
  });
});

test("names are distinct and in lower case", () => {
  expect(
    headerNames(
      new Headers([
        ["X-B", "1"],
        ["x-a", "2"],
        ["x-b", "3"],
        ["set-cookie", "a"],
        ["set-cookie", "b"],
      ]),
    ),
  ).toEqual(["set-cookie", "x-a", "x-b"]);
});

test.each(["", "a b", "a:b", "é", "a\r\nb", "a,b", "(a)"])("%j can be no header's name", (name) => {
  expect([isToken(name), headerText(new Headers(), name), headerValues(new Headers(), name)]).toEqual([
    false,
    null,
    [],
  ]);
});

test.each([
  ["a", true],
  ["", true],
  ["a\tb", true],
  ["~", true],
  ["a\rb", false],
  ["a\nb", false],
  ["a\0b", false],
])("%j as a header's value: %s", (value, allowed) => {
  expect(isHeaderValue(value)).toBe(allowed);
});

test("the platform takes every name and value that passes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary-ascii" }), (name, value) => {
      if (isToken(name)) new Headers().set(name, "x");
      if (isHeaderValue(value)) new Headers().set("x", value);
    }),
    { numRuns: 500 },
  );
});

test("setting and removing values agrees with doing it to a list", () => {
  const value = fc.stringMatching(/^[a-z]{1,3}$/);
  const change = fc.record({ index: fc.integer({ min: 1, max: 6 }), value: fc.option(value) });
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 1 }), { maxLength: 3 }),
      fc.array(change),
      (lines, changes) => {
        const headers = new Headers(lines.map((line) => ["x", line.join(",")]));
        const model = lines.flat();
        for (const { index, value } of changes) {
          if (value === null) {
            removeHeaderValue(headers, "x", index);
            model.splice(index - 1, 1);
          } else {
            setHeaderValue(headers, "x", index, value);
            model[Math.min(index - 1, model.length)] = value;
          }
        }
        expect(headerValues(headers, "x")).toEqual(model);
        expect(headers.has("x")).toBe(model.length > 0);
      },
    ),
  );
});
