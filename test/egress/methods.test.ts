import { expect, test } from "vitest";
import { METHODS } from "../../src/egress/methods.ts";

test("Workers can send every method of the list, in any letter case", () => {
  for (const method of METHODS) {
    for (const written of [method, method.toLowerCase()]) {
      expect(new Request("http://example.com/", { method: written }).method).toBe(method);
    }
  }
});

test.each(["GTE", "FOO", "CONNECT", "LINK", ""])("they cannot send %j", (method) => {
  expect(METHODS.has(method)).toBe(false);
  expect(() => new Request("http://example.com/", { method: method || " " })).toThrow(TypeError);
});

test("TRACE is none of those that are sent, though Workers could", () => {
  expect(METHODS.has("TRACE")).toBe(false);
});
