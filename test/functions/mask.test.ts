import fc from "fast-check";
import { expect, test } from "vitest";
import { maskOf } from "../../src/functions/mask.ts";

const secret = 'a "b"\\c+d/e=ü';

test.each([
  ["as it is", secret],
  ["as JSON writes it", JSON.stringify(secret).slice(1, -1)],
  ["percent-encoded", encodeURIComponent(secret)],
  ["as a form writes it", new URLSearchParams({ "": secret }).toString().slice(1)],
  ["as base64", Buffer.from(secret).toString("base64")],
  ["as base64url", Buffer.from(secret).toString("base64url")],
])("a secret is masked %s", (_, text) => {
  expect(maskOf([secret])(`before ${text} after`)).toBe("before *** after");
});

test("each line of a secret of several lines is masked, but for short ones", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n=\n-----END KEY-----";
  expect(maskOf([key])("x MIIEvQIBADANBg = y")).toBe("x *** = y");
});

test("of two secrets of which one begins like the other nothing is left", () => {
  expect(maskOf(["abc", "abcdef"])("abcdef abc")).toBe("*** ***");
});

test("without secrets text stays what it is; an empty one is none", () => {
  expect(maskOf([""])("text")).toBe("text");
});

test("no secret is left, whatever it is and wherever it stands", () => {
  const secrets = fc.array(fc.string({ minLength: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(secrets, fc.string(), fc.string(), (all, before, after) => {
      const masked = maskOf(all)(before + all.join(" ") + after);
      for (const each of all) if (!each.includes("*")) expect(masked).not.toContain(each);
    }),
  );
});
