import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../sortie.ts";

test("the page about Python has the name of each problem that reading a function can have", () => {
  const page = readFileSync(join(repository, "docs/python.md"), "utf8");
  const sources = globSync("src/cli/publish/python/*.ts", { cwd: repository });
  const texts = sources.map((path) => readFileSync(join(repository, path), "utf8"));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/(?:report\.(?:error|warning)\(|code:|refuse\()\s*"([A-Z]\w+)"/g)].map(
      ([, name]) => name,
    ),
  );
  expect(new Set(names).size).toBeGreaterThan(20);
  expect([...new Set(names)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
