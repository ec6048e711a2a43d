import { describe, expect, test } from "vitest";
import { declaredSource, SourceCatalog } from "../../src/sources/catalog.ts";
import { SourceError } from "../../src/sources/error.ts";
import { sourceWith } from "./sample.ts";

const shipping = sourceWith({ apiName: "Shipping" });
const billing = sourceWith({ apiName: "Billing" });
const catalog = new SourceCatalog([shipping, billing], { carrier: "Shipping", lost: "Nowhere" });

describe("a source is found by", () => {
  test("its API name", () => expect(catalog.find("Shipping")).toBe(shipping));
  test("an alias", () => expect(catalog.find("carrier")).toBe(shipping));
  test.each(["lost", "shipping", "", "constructor", "__proto__"])("nothing else: %j", (name) =>
    expect(catalog.find(name)).toBeUndefined(),
  );
});

test("the names are all that finds a source", () => {
  expect(catalog.names()).toEqual(["Billing", "Shipping", "carrier"]);
});

test("an alias that leads nowhere is answered in Foundry's words", () => {
  expect(() => catalog.get("x")).toThrow(
    new SourceError(
      "SourceNotFound",
      "Source alias 'x' not found. Available aliases: [Billing, Shipping, carrier]",
    ),
  );
});

describe("code gets a source", () => {
  test("by the name that it declared", () => {
    expect(declaredSource("carrier", ["carrier"], catalog)).toBe(shipping);
  });

  test("and not by another name of the same source", () => {
    expect(() => declaredSource("Shipping", ["carrier", "Billing"], catalog)).toThrow(
      new SourceError(
        "SourceNotDeclared",
        "Source 'Shipping' is not declared by this function. Declared sources: [carrier, Billing]",
      ),
    );
  });
});
