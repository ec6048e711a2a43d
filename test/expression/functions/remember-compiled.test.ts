import { expect, test } from "vitest";
import { rememberCompiled } from "../../../src/expression/functions/remember-compiled.ts";
import { ExpressionError } from "../../../src/expression/value.ts";

test("a source is compiled once, and again only when newer ones have taken its place", () => {
  const compiled: string[] = [];
  const compile = rememberCompiled((source) => {
    compiled.push(source);
    return { source };
  })(undefined);
  compile("a");
  compile("a");
  expect(compiled).toEqual(["a"]);
  for (let other = 0; other < 256; other++) compile(`other ${other}`);
  compile("a");
  expect(compiled.filter((source) => source === "a")).toHaveLength(2);
});

test("a constant that cannot be compiled throws at load, a variable one is null", () => {
  const bind = rememberCompiled((): string => {
    throw new ExpressionError("no");
  });
  expect(() => bind("a")).toThrow(ExpressionError);
  expect(bind(undefined)("a")).toBeNull();
});
