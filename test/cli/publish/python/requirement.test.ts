import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fits, parseRequirement } from "../../../../src/cli/publish/python/requirement.ts";

const values = { python_version: "3.14", sys_platform: "emscripten", os_name: "posix", extra: "" };

describe("a requirement says which package, with which extras, in which versions (PEP 508)", () => {
  test.each([
    ["tenacity", { name: "tenacity", extras: [], versions: "", url: null, applies: true }],
    ["Zope.Interface_x >= 5, <6", { name: "zope-interface-x", versions: ">= 5, <6" }],
    ["name[Quux_,strange] (>=1.0)", { name: "name", extras: ["quux-", "strange"], versions: ">=1.0" }],
    ["name==1.*; python_version < '3.8'", { versions: "==1.*", applies: false }],
    ["name; python_version >= '3.10'", { applies: true }],
    ["name; sys_platform == 'win32' or (os_name == 'posix' and python_version > '3')", { applies: true }],
    ["name; sys_platform not in 'win32 emscripten'", { applies: false }],
    ["name; extra == 'fast'", { applies: false }],
    ["name; 'x' == python_version", { applies: false }],
    ["name @ https://example.com/x;y.whl", { url: "https://example.com/x;y.whl", versions: "" }],
    [
      "name @ https://example.com/x.whl ; os_name == 'nt'",
      { url: "https://example.com/x.whl", applies: false },
    ],
  ])("%s", (text, expected) => {
    expect(parseRequirement(text, values)).toMatchObject(expected);
  });

  test.each([
    "",
    "-x",
    "name >> 1",
    "name ==",
    "name; python",
    "name; nothing == 'x'",
    "name; (os_name == 'nt'",
    "name==1 extra",
  ])("%j is none", (text) => expect(parseRequirement(text, values)).toBeNull());

  test.each([
    ["1.2", "", true],
    ["1.2", ">=1,<2", true],
    ["1.2.3", "~=1.2", true],
    ["2.0", "~=1.2", false],
    ["1.2", "==1.*", true],
    ["2.0b1", ">=1", true],
    ["x", ">=1", false],
    ["x", "==x", false],
    ["x", "", true],
  ])("version %s for %j: %s", (version, versions, expected) =>
    expect(fits(version, versions)).toBe(expected),
  );

  test("no text is too much for it", () => {
    const words = fc.constantFrom(
      "name",
      "(",
      ")",
      "and",
      "or",
      "==",
      "'3'",
      "python_version",
      ";",
      "[",
      "]",
      "@",
      " ",
      "not in",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 300 }).map((each) => each.join(" ")),
        ),
        (text) => {
          const found = parseRequirement(text, values);
          expect(found === null || found.name !== "").toBe(true);
        },
      ),
    );
  });
});
