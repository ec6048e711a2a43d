import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync("CONTRIBUTING.md", "utf8");
const blocks = [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)];

test("the code that CONTRIBUTING.md shows is that of the files it names, which are compiled", () => {
  expect(blocks.map(([, file]) => file)).toEqual(["src/policies/basic-authentication.ts"]);
  for (const [, file = "", code = ""] of blocks) expect(readFileSync(file, "utf8")).toContain(code);
});
