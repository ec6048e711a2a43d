import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createVitest } from "vitest/node";
import { repository } from "../cli/sortie.ts";

const page = readFileSync(join(repository, "docs/threat-model.md"), "utf8");

/** The last column of a table's lines: `file`: suite > title. */
const lines = [...page.matchAll(/^\| (?!what could|who|---)(.*?) \| .* \| (.*?) \|$/gm)].map(
  ([, threat = "", proof = ""]) => ({ threat, proof }),
);

/** How a test is named on the page, and whether it is one that runs. */
let collected: Map<string, boolean>;

/** The tests as vitest collects them, with the placeholders of tables in their titles. */
beforeAll(async () => {
  const files = new Set(lines.map(({ proof }) => /^`([^`]+)`/.exec(proof)?.[1] ?? ""));
  const vitest = await createVitest("test", { root: repository, watch: false, run: true });
  try {
    const all = await vitest.globTestSpecifications([...files].filter(Boolean));
    const modules = await vitest.experimental_parseSpecifications(all);
    collected = new Map(
      modules.flatMap((module) =>
        [...module.children.allTests()].map(
          (each) =>
            [`\`${module.relativeModuleId}\`: ${each.fullName}`, each.options.mode === "run"] as const,
        ),
      ),
    );
  } finally {
    await vitest.close();
  }
});

test("the page has threats", () => expect(lines.length).toBeGreaterThan(40));

test.each(lines)("that $threat: one test shows that it is prevented, and it is run", ({ proof }) => {
  const near = [...collected.keys()].filter((name) => name.startsWith(proof.split(":")[0] ?? ""));
  expect(near).toContain(proof);
  expect(collected.get(proof)).toBe(true);
});
