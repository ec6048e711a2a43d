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
    external: ["node:*", "cloudflare:*", "./dist/quickjs.wasm"],
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
