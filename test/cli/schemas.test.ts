import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaFiles } from "../schemas/schema-files.ts";
import { repository } from "./sortie.ts";

test.each([...schemaFiles()])("%s is what npm run generate writes", (path, text) => {
  expect(readFileSync(join(repository, path), "utf8")).toBe(text);
});
