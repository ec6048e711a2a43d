import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Disguise, disguiseFinder, disguises } from "../../src/flow/disguised-path.ts";

const isDisguised = (path: string, refused: readonly Disguise[] = disguises) =>
  disguiseFinder(refused)?.(`http://gateway.test${path}`);

describe("a path is written in a disguise", () => {
  test.each<[Disguise, string]>([
    ["encoded-unreserved", "/%61dmin"],
    ["encoded-unreserved", "/a/%2e%2e/admin"],
    ["encoded-unreserved", "/a/%2E./admin"],
    ["encoded-unreserved", "/%7Euser"],
    ["encoded-slash", "/a%2fadmin"],
    ["encoded-slash", "/a%2Fadmin?x=1"],
    ["encoded-slash", "/a%5cadmin"],
    ["empty-segment", "//admin"],
    ["empty-segment", "/a//admin"],
    ["empty-segment", "/admin//"],
  ])("%s: %s", (disguise, path) => {
    expect(isDisguised(path)).toBe(true);
    expect(isDisguised(path, [disguise])).toBe(true);
    expect(
      isDisguised(
        path,
        disguises.filter((other) => other !== disguise),
      ) ?? false,
    ).toBe(false);
  });

  test("whatever character that needs no encoding is encoded", () => {
    const unreserved = fc.constantFrom(
      ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
    );
    const hex = (character: string) => character.charCodeAt(0).toString(16);
    fc.assert(
      fc.property(unreserved, fc.boolean(), (character, upper) => {
        const encoded = upper ? hex(character).toUpperCase() : hex(character);
        return isDisguised(`/a/%${encoded}/b`) === true;
      }),
    );
  });
});

describe("a path is written as it is", () => {
  test.each([
    "/",
    "/admin/",
    "/a;b=c/d",
    "/a%20b%C3%A9%25",
    "/a%3Fb%23c",
    "/a?x=%61&y=//z/%2f",
    "/a%",
    "/a%2",
    "/a/../b",
  ])("%s", (path) => {
    expect(isDisguised(path)).toBe(false);
  });

  test("whatever encodeURIComponent makes of segments without slashes", () => {
    const segment = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => text.isWellFormed() && !/[/\\]/.test(text));
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        return isDisguised(`/${segments.map(encodeURIComponent).join("/")}`) === false;
      }),
    );
  });
});

test("nothing is looked for when nothing is refused", () => {
  expect(disguiseFinder([])).toBeNull();
});
