import fc from "fast-check";
import { expect, test } from "vitest";
import { CONSENTS_PATH, returnPath } from "../../src/routes/return-path.ts";

test("without a path, the page of consents is where to return to", () => {
  expect(returnPath(undefined)).toBe(CONSENTS_PATH);
  expect(returnPath("")).toBe(CONSENTS_PATH);
});

test("whatever the text, a browser that is sent there stays at the gateway", () => {
  const pieces = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "@",
    ":",
    "%2f",
    "%5c",
    "\t",
    "\n",
    "evil.example",
    "https:",
    "?",
    "#",
    " ",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 8 }).map((some) => some.join("")),
    fc.array(pieces, { maxLength: 8 }).map((some) => `/${some.join("")}`),
  );
  fc.assert(
    fc.property(text, (given) => {
      const path = returnPath(given);
      if (path === null) return;
      expect(new URL(path, "https://gateway.test/_sortie/oauth/x/callback").origin).toBe(
        "https://gateway.test",
      );
    }),
    { numRuns: 2000 },
  );
});
