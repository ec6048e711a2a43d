import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render, strict } from "../render-template.ts";

const alpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

describe("case", () => {
  test.each([
    ["{toUpperCase(text)}", "GRÜN"],
    ["{toLowerCase(text)}", "grün"],
  ])("%s", (template, expected) => expect(render(template, { text: "Grün" })).toBe(expected));
});

describe("substring", () => {
  test.each([
    ["{substring(alpha,0,10)}", "ABCDEFGHIJ"],
    ["{substring(alpha,22)}", "WXYZ"],
    ["{substring(alpha,-4)}", "WXYZ"],
    ["{substring(alpha,-8,-4)}", "STUV"],
    ["{substring(alpha,1,-1)}", "BCDEFGHIJKLMNOPQRSTUVWXY"],
    ["{substring(alpha,30)}", ""],
    ["{substring(alpha,24,99)}", "YZ"],
    ["{substring(alpha,-99,2)}", "AB"],
    ["{substring(alpha,5,2)}", ""],
    ["{substring(alpha,x,2)}", ""],
    ["{substring(alpha,1.5)}", ""],
  ])("%s is %j", (template, expected) => expect(render(template, { alpha })).toBe(expected));

  test("a character is in the part exactly if its position is", () => {
    const bound = fc.integer({ min: -12, max: 12 });
    fc.assert(
      fc.property(fc.string({ maxLength: 10 }), bound, fc.option(bound), (text, start, end) => {
        const fromFront = (position: number) => (position < 0 ? position + text.length : position);
        const [from, to] = [fromFront(start), fromFront(end ?? text.length)];
        const expected = text
          .split("")
          .filter((_, index) => index >= from && index < to)
          .join("");
        const template = end === null ? `{substring(text,${start})}` : `{substring(text,${start},${end})}`;
        expect(render(template, { text })).toBe(expected);
      }),
    );
  });
});

describe("replacement", () => {
  const values = {
    url: "https://host.example/a/b",
    protocol: "https:\\/\\/",
    brackets: '\\["{0,1}|"{0,1}\\]',
    list: '["a","b"]',
  };
  test.each([
    ["{replaceFirst(url,protocol, '')}", "host.example/a/b"],
    ["{replaceAll(list,brackets,'')}", 'a","b'],
    ["{replaceAll('a1b22','[0-9]+','#')}", "a#b#"],
    ["{replaceFirst('a1b22','[0-9]+','#')}", "a#b22"],
    ["{replaceAll('John Doe','(\\w+) (\\w+)','$2, $1')}", "Doe, John"],
    ["{replaceAll(url,'z','y')}", "https://host.example/a/b"],
  ])("%s is %j", (template, expected) => expect(render(template, values)).toBe(expected));

  test("a literal pattern that is not valid is refused at load", () => {
    expect(() => render("{replaceAll(url,'(','')}")).toThrow(ExpressionError);
  });
  test("a pattern from a variable that is not valid gives an empty text", () => {
    expect(render("{replaceAll(url,pattern,'')}", { ...values, pattern: "(" })).toBe("");
  });
  test("a replacement that names a group which does not exist gives an empty text", () => {
    expect(render("{replaceAll('a','a','$7')}")).toBe("");
  });
});

describe("firstnonnull is the left-most value that is set", () => {
  test.each([
    ["{firstnonnull(a,b)}", "1"],
    ["{firstnonnull(x,b)}", "2"],
    ["{firstnonnull(x,empty,b)}", ""],
    ["{firstnonnull(x,y,'none')}", "none"],
    ["{firstnonnull(x,y:other)}", "other"],
    ["{firstnonnull(x,y)}", ""],
    ["{firstnonnull(a)}", "1"],
  ])("%s is %j", (template, expected) =>
    expect(render(template, { a: "1", b: "2", empty: "" }, { unresolved: strict })).toBe(expected),
  );
});
