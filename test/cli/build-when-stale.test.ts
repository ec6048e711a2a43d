import { execFileSync } from "node:child_process";
import { existsSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, repository } from "./sortie.ts";

const script = join(repository, "src/cli/build-when-stale.js");
const before = new Date("2026-01-01");
const after = new Date("2026-01-02");

/** Whether a clone is built in which all files are as old as each other, but for these. */
function builds(times: Readonly<Record<string, Date>>, without?: string): boolean {
  const files = {
    "package.json": `{ "scripts": { "build": "node -e \\"fs.writeFileSync('made', '')\\"" } }`,
    "package-lock.json": "{}",
    "src/cli/main.ts": "",
    ...("dist/python-parser.bin" in times && { "dist/python-parser.bin": "" }),
  };
  const clone = folderWith(files);
  for (const path of ["src", "src/cli", ...Object.keys(files)]) {
    const time = times[path] ?? before;
    utimesSync(join(clone, path), time, time);
  }
  if (without !== undefined) rmSync(join(clone, without));
  execFileSync(process.execPath, [script], { cwd: clone });
  return existsSync(join(clone, "made"));
}

test.each([
  ["nothing is built", {}, true],
  ["the build is the youngest", { "dist/python-parser.bin": after }, false],
  ["a file is younger", { "dist/python-parser.bin": before, "src/cli/main.ts": after }, true],
  [
    "a folder is, because a file was taken away",
    { "dist/python-parser.bin": before, "src/cli": after },
    true,
  ],
  ["a package is", { "dist/python-parser.bin": before, "package-lock.json": after }, true],
])("npm start where %s", (_, times, expected) => {
  expect(builds(times)).toBe(expected);
});

test("npm start in a copy that has no lock file", () => {
  expect(builds({ "dist/python-parser.bin": after }, "package-lock.json")).toBe(false);
});
