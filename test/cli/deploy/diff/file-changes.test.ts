import fc from "fast-check";
import { expect, test } from "vitest";
import { fileChanges } from "../../../../src/cli/deploy/diff/file-changes.ts";

const files = (texts: Readonly<Record<string, string>>) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]));

test("a long difference is cut, and the rest counted", () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`).join("\n");
  const [change] = fileChanges(files({ a: "" }), files({ a: lines }));
  expect(change?.text?.split("\n")).toHaveLength(201);
  expect(change?.text).toMatch(/\n\(\d+ more lines\)$/);
});

test("a long line is cut, and what is not shown is counted", () => {
  const [change] = fileChanges(files({ a: "" }), files({ a: "x".repeat(1_000_000) }));
  expect(change?.text).toBe(
    `@@ -0,0 +1,1 @@\n+${"x".repeat(499)} (999501 more characters)\n\\ No newline at end of file`,
  );
});

test("texts that have little in common are not compared line by line", () => {
  const text = (seed: string) => Array.from({ length: 9000 }, (_, index) => `${seed}${index}`).join("\n");
  expect(fileChanges(files({ a: text("x") }), files({ a: text("y") }))).toEqual([
    { path: "a", kind: "changed", text: null },
  ]);
});

test("whatever the files hold, each that differs is there once, and no control character is in a text", () => {
  const anyFiles = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(anyFiles, anyFiles, (before, after) => {
      const changes = fileChanges(new Map(Object.entries(before)), new Map(Object.entries(after)));
      const differing = ["a", "b", "c"].filter(
        (path) => String(before[path]) !== String(after[path]) || path in before !== path in after,
      );
      expect(changes.map(({ path }) => path)).toEqual(differing);
      for (const { text } of changes) expect(text ?? "").toMatch(/^[\n\t\P{Cc}]*$/u);
    }),
  );
});
