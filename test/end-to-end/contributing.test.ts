import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the code that CONTRIBUTING.md shows is that of the policy, which is compiled", () => {
  const blocks = [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
  expect(blocks).toHaveLength(1);
  expect(readFileSync("src/policies/security/basic-authentication.ts", "utf8")).toContain(blocks[0]?.[1]);
});
