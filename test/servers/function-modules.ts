import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ONTOLOGY_MODULE, ontologyModule } from "../../src/cli/publish/python/ontology-module.ts";
import { encodePythonModule } from "../../src/functions/python/module.ts";
import { type TestModule, testModules } from "../functions/modules.ts";
import { company } from "../ontology/company.ts";
import { definitionOf } from "../ontology/ontology-kit.ts";

const root = join(import.meta.dirname, "../..");
const runtime = join(root, "src/functions/runtime");

/** Main modules of the functions in test/functions/modules.ts, by name. */
export async function bundleFunctions(): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(testModules.map(async (module) => [module.name, await bundle(module)] as const)),
  );
}

async function bundle({ name, language, parameters, output, call }: TestModule): Promise<string> {
  if (language === "python") {
    const text = readFileSync(join(root, "test/functions/python/modules", call), "utf8");
    const files = { [call]: text, [ONTOLOGY_MODULE]: ontologyModule(definitionOf(company)) };
    const module = encodePythonModule({ entry: call, function: name, files });
    return new TextDecoder().decode(module);
  }
  const signature = JSON.stringify({ language, name, parameters, output });
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { serveFunction } from ${JSON.stringify(join(runtime, "serve.ts"))};
        import * as user from ${JSON.stringify(join(root, "test/functions/modules", `${name}.ts`))};
        export default serveFunction({ ...${signature}, call: ${call} });`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    platform: "node",
    external: ["cloudflare:*", "node:*"],
    alias: {
      "@palantir/functions-sources": join(runtime, "functions-sources.ts"),
      "@osdk/functions": join(runtime, "osdk-functions.ts"),
      "@foundry/functions-api": join(runtime, "functions-api.ts"),
      "@foundry/external-systems": join(runtime, "external-systems.ts"),
      "@foundry/external-systems/sources": join(root, "test/functions/modules/generated-sources.ts"),
    },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    // axios for Node, as in a function that is published.
    conditions: ["node"],
    banner: {
      js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire("/");',
    },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
