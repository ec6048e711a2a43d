import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf, secretKey } from "../../../src/credentials/secrets/place.ts";

test("a key in KV stands for one place, and a place for one key", () => {
  const part = fc.stringMatching(/^[^/]{1,20}$/s);
  fc.assert(
    fc.property(part, part, part, (environment, source, name) => {
      const place = { environment, source, name };
      expect(placeOf(secretKey(place))).toEqual(place);
    }),
  );
});

test.each(["secret/a/b", "secret/a/b/c/d", "secret//b/c", "environment/a/current", ""])(
  "%j is no secret's key",
  (key) => {
    expect(placeOf(key)).toBeNull();
  },
);
