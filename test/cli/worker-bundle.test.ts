import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { repository } from "./sortie.ts";

/** The packages and source files that end up in a bundle of some modules, as the Worker is bundled. */
async function partsOf(...modules: string[]): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: modules.map((path) => `import "./src/${path}";`).join("\n"), resolveDir: repository },
    bundle: true,
    metafile: true,
    write: false,
    conditions: ["workerd"],
    format: "esm",
    external: ["node:*", "cloudflare:*", "./dist/worker/quickjs.wasm"],
    loader: { ".sandbox.js": "text" },
    logLevel: "error",
    // So that what is imported counts also where nothing of it is used.
    treeShaking: false,
    absWorkingDir: repository,
  });
  return Object.keys(metafile.inputs);
}

test("what reads YAML, certificates and public suffixes is for deployment, and not in the Worker", async () => {
  const worker = await partsOf(
    "index.ts",
    ...["authenticate", "catalog", "connection", "gates", "placeholders", "source-policy"].map(
      (name) => `sources/${name}.ts`,
    ),
  );
  expect(worker).toContain("src/sources/gates.ts");
  const forDeployment =
    /node_modules\/(?:yaml|tldts)|src\/sources\/(?:read|file-schema|certificates)|src\/documents\/yaml/;
  expect(worker.filter((path) => forDeployment.test(path))).toEqual([]);
});

test("nothing in the Worker is a subclass of String: one slows charCodeAt of every text down to a sixth", () => {
  const built = join(repository, "dist/worker");
  for (const name of readdirSync(built)) {
    expect(readFileSync(join(built, name), "latin1"), name).not.toMatch(/\bextends String\b/);
  }
});

/** What the program of the package, as it is built, expects to find beside it. */
async function importedByProgram(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: ["dist/cli.js"],
    bundle: true,
    metafile: true,
    write: false,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "error",
    absWorkingDir: repository,
  });
  const paths = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path }) => path);
  return [...new Set(paths)].sort();
}

/** What functions are bundled with, and what the thread that reads Python runs on. */
const USED_AT_PUBLISHING = ["@osdk/client", "pyodide"];

test("the package depends on what its program imports, and on nothing that is built into it", async () => {
  const description = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const used = [...(await importedByProgram()), ...USED_AT_PUBLISHING].sort();
  expect(used).toEqual(Object.keys(description.dependencies).sort());
});
