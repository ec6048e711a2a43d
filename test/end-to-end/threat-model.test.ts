import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../cli/sortie.ts";

/** A test file that the page of threats names, and the words of it that are said to prove something. */
interface Proof {
  readonly file: string;
  readonly name: string | null;
}

/** The last column of the tables: `file`: name; name; `other file`. */
function proofsIn(markdown: string): Proof[] {
  return [...markdown.matchAll(/^\|.*\| (`test\/.*) \|$/gm)].flatMap(([, cell = ""]) => {
    let file = "";
    return cell.split("; ").map((part) => {
      const [, named, name] = /^`([^`]+)`(?:: (.*))?$/.exec(part) ?? [];
      file = named ?? file;
      return { file, name: named === undefined ? part : (name ?? null) };
    });
  });
}

const proofs = proofsIn(readFileSync(join(repository, "docs/threat-model.md"), "utf8"));

test("the page has proofs", () => expect(proofs.length).toBeGreaterThan(30));

test.each(proofs)("$file has a test that is called: $name", ({ file, name }) => {
  const path = join(repository, file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8")).toContain(name ?? "");
});
