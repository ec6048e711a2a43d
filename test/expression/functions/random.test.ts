import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FunctionServices } from "../../../src/expression/functions/template-function.ts";
import { render } from "../render-template.ts";

function drawing(bits: bigint): FunctionServices {
  return { random64: () => bits, uuid: () => "7f7d3d1c-0b7e-4b3c-9e56-2c2f3a1f0a11" };
}
const least = drawing(0n);
const most = drawing(2n ** 64n - 1n);

test("createUuid is what the platform makes", () => {
  expect(render("{createUuid()}", {}, { services: least })).toBe("7f7d3d1c-0b7e-4b3c-9e56-2c2f3a1f0a11");
  expect(render("{createUuid()}")).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

describe("randomLong lies between its minimum and its maximum, both included", () => {
  test.each([
    ["{randomLong()}", "-9223372036854775808", "9223372036854775807"],
    ["{randomLong(10)}", "10", "9223372036854775807"],
    ["{randomLong(10,1000)}", "10", "1000"],
    ["{randomLong(-5,-5)}", "-5", "-5"],
    ["{randomLong(+1,two)}", "1", "2"],
  ])("%s", (template, smallest, largest) => {
    expect(render(template, { two: 2 }, { services: least })).toBe(smallest);
    expect(render(template, { two: 2 }, { services: most })).toBe(largest);
  });

  test.each([
    "{randomLong(5,4)}",
    "{randomLong(a)}",
    "{randomLong(1.5)}",
    "{randomLong(9223372036854775808)}",
  ])("%s is empty, because there is no such number", (template) => expect(render(template)).toBe(""));

  test("for any bounds, by the platform's randomness", () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(long, long, (one, other) => {
        const [from, to] = one < other ? [one, other] : [other, one];
        const drawn = BigInt(render("{randomLong(from,to)}", { from, to }));
        expect(drawn >= from && drawn <= to).toBe(true);
      }),
    );
  });
});
