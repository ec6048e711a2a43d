import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../sortie.ts";

const page = readFileSync(join(repository, "docs", "checks.md"), "utf8");
const named = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
  Array.from(cell.matchAll(/`(\w+)`/g), ([, code = ""]) => code),
);

/** The source of some rooms. */
const sourceOf = (rooms: string) =>
  globSync(`src/${rooms}/**/*.ts`, { cwd: repository })
    .map((path) => readFileSync(join(repository, path), "utf8"))
    .join("\n");

describe("the page about what check says", () => {
  test("names nothing that it does not say", () => {
    const source = sourceOf("*");
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((code) => !source.includes(`"${code}"`))).toEqual([]);
  });

  test("names every error and warning about bundles", () => {
    const report = /[rR]eport\w*(?:\.\w+\([^()]*\))?\s*(?:\.|\[)[\w\s=?:".]*\]?\(\s*"([A-Z][A-Za-z_]+)",/g;
    const said = Array.from(sourceOf("{bundle,compile}").matchAll(report), ([, code = ""]) => code);
    expect(said.length).toBeGreaterThan(30);
    expect([...new Set(said)].filter((code) => !named.includes(code))).toEqual([]);
  });
});
