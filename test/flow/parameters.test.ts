import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Parameters } from "../../src/flow/parameters.ts";

const query = (text: string) => new Parameters(text, false);

describe("reading", () => {
  test.each<[text: string, name: string, values: string[]]>([
    ["", "a", []],
    ["a=1", "a", ["1"]],
    ["a=1&b=2&a=3", "a", ["1", "3"]],
    ["a", "a", [""]],
    ["a=", "a", [""]],
    ["a=b=c", "a", ["b=c"]],
    ["a%20b=c%26d", "a b", ["c&d"]],
    ["%C3%A9=%F0%9F%98%80", "é", ["😀"]],
    ["a=%zz", "a", ["%zz"]],
    ["a=%E9", "a", ["%E9"]],
    ["A=1", "a", []],
    ["__proto__=1", "__proto__", ["1"]],
  ])("%j has for %j the values %j", (text, name, values) => {
    expect(query(text).values(name)).toEqual(values);
  });

  test("a plus is a plus in a query, and a space in a form", () => {
    expect([
      new Parameters("a+b=c+d", false).values("a+b"),
      new Parameters("a+b=c+d", true).values("a b"),
    ]).toEqual([["c+d"], ["c d"]]);
  });

  test("names are distinct, in the order of their first parameters, and nothing has no name", () => {
    expect(query("b=1&a=2&&b=3&").names).toEqual(["b", "a"]);
  });
});

describe("writing", () => {
  test.each<[title: string, text: string, change: (parameters: Parameters) => void, result: string]>([
    ["set replaces all values in the place of the first", "a=1&b=2&a=3", (p) => p.set("a", "x"), "a=x&b=2"],
    ["set adds a name that is not there", "a=1", (p) => p.set("b", "2"), "a=1&b=2"],
    ["set takes several values", "a=1&b=2", (p) => p.set("a", "x", "y"), "a=x&a=y&b=2"],
    ["set encodes", "", (p) => p.set("a b", "c&d=é+%"), "a%20b=c%26d%3D%C3%A9%2B%25"],
    ["setAt replaces one value", "a=%31&b=2&a=3", (p) => p.setAt("a", 1, "x"), "a=%31&b=2&a=x"],
    ["setAt adds past the end", "a=1&b=2", (p) => p.setAt("a", 7, "x"), "a=1&b=2&a=x"],
    ["removeAt removes one value", "a=1&b=2&a=%33", (p) => p.removeAt("a", 0), "b=2&a=%33"],
    ["removeAt past the end changes nothing", "a=1", (p) => p.removeAt("a", 1), "a=1"],
    ["add appends", "a=1", (p) => p.add("a", "2"), "a=1&a=2"],
    ["remove takes all values", "a=1&b=2&a=3", (p) => p.remove("a"), "b=2"],
    ["remove of what is not there changes nothing", "a=%zz&", (p) => p.remove("b"), "a=%zz&"],
    ["clear takes everything", "a=1&b=2", (p) => p.clear(), ""],
    ["half a character is replaced", "", (p) => p.set("a", "\ud800"), "a=%EF%BF%BD"],
  ])("%s", (_title, text, change, result) => {
    const parameters = query(text);
    change(parameters);
    expect(parameters.toString()).toBe(result);
  });
});

describe("for any text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "=", "&", "+", "%", "2", "0", "é", ";", "?") });
  const anyText = fc.string({ unit: "grapheme" });

  test("what nobody changes is written as it came", () => {
    fc.assert(
      fc.property(fc.oneof(text, anyText), fc.boolean(), (raw, plusIsSpace) => {
        expect(new Parameters(raw, plusIsSpace).toString()).toBe(raw);
      }),
    );
  });

  test("what is set can be read, here and from the text, and other names keep their text", () => {
    fc.assert(
      fc.property(text, anyText, anyText, fc.boolean(), (raw, name, value, plusIsSpace) => {
        const parameters = new Parameters(raw, plusIsSpace);
        const others = parameters.names.filter((other) => other !== name);
        const before = others.map((other) => parameters.values(other));
        parameters.set(name, value);
        const again = new Parameters(parameters.toString(), plusIsSpace);
        expect([parameters.values(name), again.values(name)]).toEqual([[value], [value]]);
        expect(others.map((other) => again.values(other))).toEqual(before);
        parameters.remove(name);
        expect(parameters.values(name)).toEqual([]);
      }),
    );
  });

  test("the lists are the names with their values, and lists are set as one name after the other is", () => {
    const lists = fc.array(fc.tuple(text, fc.array(anyText, { maxLength: 3 })), { maxLength: 4 });
    fc.assert(
      fc.property(text, lists, (raw, given) => {
        const [one, other] = [query(raw), query(raw)];
        expect([...one.lists.keys()]).toEqual(one.names);
        for (const [name, values] of one.lists) if (name !== "") expect(values).toEqual(one.values(name));
        const set = new Map(given);
        one.setLists(set);
        for (const [name, values] of set) other.set(name, ...values);
        expect(one.toString()).toBe(other.toString());
      }),
    );
  });

  test("a query without plus signs reads as the platform's URLSearchParams does", () => {
    const encoded = fc.array(fc.tuple(anyText, anyText), { minLength: 1 });
    fc.assert(
      fc.property(encoded, (pairs) => {
        const raw = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
        const platform = new URLSearchParams(raw);
        const parameters = query(raw);
        for (const name of parameters.names) expect(parameters.values(name)).toEqual(platform.getAll(name));
      }),
    );
  });
});
