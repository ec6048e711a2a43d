import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A folder of bundles that other people published, one folder for each; undefined when there is none. */
export const corpus = process.env.SORTIE_CORPUS;

/** The folder of a published bundle. */
export function published(name: string): string {
  return join(corpus ?? "", name);
}

/** The names of the bundles that are there. */
export function publishedNames(): string[] {
  const entries = corpus === undefined ? [] : readdirSync(corpus, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** The texts of a bundle's files by their path in it, such as `apiproxy/proxies/default.xml`. */
export function publishedFiles(name: string): Record<string, string> {
  const folder = published(name);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path, "utf8")]),
  );
}
