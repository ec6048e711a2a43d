import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readBlocks } from "../end-to-end/documentation/markdown.ts";
import { schemaFiles } from "../schemas/schema-files.ts";
import { repository } from "./sortie.ts";

test.each([...schemaFiles()])("%s is what npm run generate writes", (path, text) => {
  expect(readFileSync(join(repository, path), "utf8")).toBe(text);
});

const yaml = [
  ...globSync("docs/*.md", { cwd: repository }).flatMap((page) =>
    readBlocks(readFileSync(join(repository, page), "utf8")).map(({ info, text }) => ({ file: info, text })),
  ),
  ...globSync("policies/**/*.yaml", { cwd: repository }).map((file) => ({
    file,
    text: readFileSync(join(repository, file), "utf8"),
  })),
];
const named = yaml.flatMap(({ file, text }) => {
  const [, schema] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text) ?? [];
  return schema === undefined ? [] : [[file, schema] as const];
});

test("the pages name the schema of a source and that of an outbound application", () => {
  expect(named.length).toBeGreaterThanOrEqual(2);
});

test.each(named)("the schema that %s names is there in a clone: %s", (file, schema) => {
  expect(existsSync(join(repository, dirname(file), schema))).toBe(true);
});
