import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean, nearestNames } from "../../src/documents/nearest.ts";

describe("a name is probably a misspelling of", () => {
  test.each([
    ["one with another letter", "Responce", "Response"],
    ["one with a letter more", "Condidtion", "Condition"],
    ["one with a letter less", "polices", "policies"],
    ["one with two letters swapped", "GTE", "GET"],
    ["one in other letter case", "verify-api-key", "Verify-API-Key"],
    ["one with other separators", "Verify_API Key", "VerifyAPIKey"],
    ["one that it begins with", "orders-v1", "orders"],
    ["one that begins with it", "connect.timeout", "connect.timeout.millis"],
  ])("%s", (_, name, meant) => {
    expect(nearestNames(name, ["Quux", meant, "Foobar"])).toEqual([meant]);
  });

  test.each([
    ["other words", "orders", "returns"],
    ["short words that share little", "GET", "PUT"],
    ["words of one letter", "a", "b"],
    ["itself", "orders", "orders"],
  ])("not %s", (_, name, known) => {
    expect(nearestNames(name, [known])).toEqual([]);
  });
});

test("the nearest comes first, and no more than three", () => {
  const known = ["order-v1", "orderss", "orders", "ordersss", "ordres"];
  expect(nearestNames("Orders", known)).toEqual(["orders", "orderss", "ordres"]);
});

test("without a near name, what else can be done is all that is said", () => {
  expect(didYouMean("x", ["orders"], "add it.")).toBe("Add it.");
  expect(didYouMean("order", ["orders"], "add it.", (name) => `<${name}>`)).toBe(
    "Did you mean <orders>? Otherwise add it.",
  );
});

const letters = fc.string({ unit: fc.constantFrom("a", "b", "C"), minLength: 4, maxLength: 8 });

test("one slip is always forgiven, in whichever direction", () => {
  fc.assert(
    fc.property(letters, fc.nat(), fc.constantFrom("", "x", "xy"), (name, position, insert) => {
      const at = position % name.length;
      const slip = name.slice(0, at) + insert + name.slice(at + 1);
      fc.pre(slip !== name);
      expect(nearestNames(slip, [name])).toEqual([name]);
      expect(nearestNames(name, [slip])).toEqual([slip]);
    }),
  );
});

test("names of any length are compared in little time", () => {
  const long = "a".repeat(1_000_000);
  expect(nearestNames(long, [`${long}b`])).toEqual([]);
});
