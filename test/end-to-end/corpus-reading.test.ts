import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { readArchive } from "../../src/bundle/read-archive.ts";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { writeArchive } from "../../src/bundle/write-archive.ts";
import { Report } from "../../src/documents/report.ts";
import { needsCorpus } from "../needs.ts";

/** A folder of bundles that other people published, one folder for each. */
const corpus = process.env.SORTIE_CORPUS;

/** The files of one bundle, with the `{{ }}` placeholders that its author's build would fill in. */
function readFolder(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, "utf8").replaceAll(/\{\{.*?\}\}/g, "placeholder");
      return [relative(folder, path).replaceAll("\\", "/"), new TextEncoder().encode(text)];
    }),
  );
}

describe("published bundles", needsCorpus, () => {
  const folders = corpus === undefined ? [] : readdirSync(corpus, { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);

  test.each(names)("%s is read without an error, as files and as an archive", (name) => {
    const files = readFolder(join(corpus ?? "", name));
    const report = new Report();
    const bundle = readBundle(files, report);
    const errors = report.problems.filter(({ severity }) => severity === "error");
    // What the policies that exist make of theirs is checked with the rest of the deployment.
    expect(errors.filter(({ code, policy }) => code !== "UnknownPolicyType" && policy === null)).toEqual([]);
    expect(bundle?.name).toBeTruthy();
    expect(bundle?.policies.size).toBeGreaterThan(0);

    const fromArchive = new Report();
    expect(readBundle(readArchive(writeArchive(files), fromArchive), fromArchive)?.name).toBe(bundle?.name);
    expect(fromArchive.problems).toHaveLength(report.problems.length);
  });
});
