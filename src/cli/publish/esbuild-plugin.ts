import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { lacksImport } from "./decorators.ts";
import { library, SOURCE_SYMBOLS } from "./library.ts";
import { packageRoot } from "./package-root.ts";
import { nodeModule, type Refusal, refusalInDependency, refusalInFunction } from "./refused-imports.ts";
import type { SourceFiles } from "./source-file.ts";

/** On the first line, so that all lines keep their numbers. */
const IMPORT = 'import { Function } from "@foundry/functions-api"; ';

/** Code of Sortie's own that is bundled into functions, by path below `src/functions/`. */
const RUNTIME = "sortie";
const SYMBOLS = "sortie-sources";
const REQUIRED_BUILTIN = "sortie-node";

/** What the main module imports the runtime as. */
export const SERVE = "sortie:runtime/serve.ts";

/**
 * Puts Sortie's implementations in place of Foundry's libraries, keeps Node's modules as imports of the platform,
 * refuses what a function may not import, and reads the files that the function's author wrote.
 */
export function functionPlugin(files: SourceFiles): Plugin {
  return {
    name: "sortie",
    setup(build) {
      addRuntime(build, files);
      addNodeModules(build, files);
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, ({ path }) => {
        if (!files.isOwn(path)) return undefined;
        const file = files.read(path);
        // What cannot be parsed is reported already; so that nothing is said twice, it exports anything.
        if (!file) return { contents: "module.exports = {};", loader: "js" };
        return lacksImport(file)
          ? { contents: IMPORT + readFileSync(path, "utf8"), loader: "ts" }
          : undefined;
      });
    },
  };
}

function addRuntime(build: PluginBuild, files: SourceFiles): void {
  const root = join(packageRoot(), "src", "functions");
  build.onResolve({ filter: /^sortie:/ }, ({ path, importer, namespace }): OnResolveResult | undefined => {
    const isGenerated = namespace === SYMBOLS || files.nameOf(importer) === MAIN;
    return isGenerated ? { path: path.slice("sortie:".length), namespace: RUNTIME } : undefined;
  });
  build.onResolve({ filter: /^\./, namespace: RUNTIME }, ({ path, importer }) => ({
    path: join(dirname(importer), path).split(sep).join("/"),
    namespace: RUNTIME,
  }));
  build.onLoad({ filter: /./, namespace: RUNTIME }, ({ path }) => ({
    contents: readFileSync(join(root, path), "utf8"),
    loader: "ts",
    resolveDir: root,
  }));
  build.onResolve({ filter: /^@/ }, ({ path, importer }): OnResolveResult | undefined => {
    const provided = library.get(path);
    if (provided) return { path: provided.file, namespace: RUNTIME, sideEffects: false };
    if (path !== SOURCE_SYMBOLS) return undefined;
    return {
      path: files.nameOf(importer),
      namespace: SYMBOLS,
      sideEffects: false,
      pluginData: importer,
    };
  });
  build.onLoad({ filter: /./, namespace: SYMBOLS }, ({ pluginData }) =>
    symbolsFor(String(pluginData), files),
  );
}

/** One symbol for each source whose symbol a file imports. */
function symbolsFor(importer: string, files: SourceFiles): OnLoadResult {
  const names = [...(files.read(importer)?.imports.values() ?? [])].flatMap(({ module, name }) =>
    module === SOURCE_SYMBOLS ? name : [],
  );
  const contents = names.includes("*")
    ? `import { Sources } from "@foundry/external-systems"; module.exports = Sources;`
    : `import { sourceSymbol } from "sortie:runtime/v1.ts";
       ${names.map(exportSymbol).join("\n")}`;
  return { contents, loader: "js" };
}

function exportSymbol(name: string, index: number): string {
  const text = JSON.stringify(name);
  return `const symbol${index} = /* @__PURE__ */ sourceSymbol(${text}); export { symbol${index} as ${text} };`;
}

function addNodeModules(build: PluginBuild, files: SourceFiles): void {
  build.onResolve({ filter: /./ }, (args): OnResolveResult | undefined => {
    const { path, importer, namespace, kind } = args;
    const isOurs = namespace === RUNTIME || namespace === SYMBOLS || namespace === REQUIRED_BUILTIN;
    const refusal = isOurs ? null : refusalFor(args, files);
    if (refusal) return { errors: [{ text: refusal.message, detail: refusal }] };
    if (path.startsWith("cloudflare:")) return { path, external: true };
    const builtin = nodeModule(path);
    if (builtin === null || (kind === "entry-point" && importer === "")) return undefined;
    if (kind === "require-call" || kind === "require-resolve")
      return { path: builtin, namespace: REQUIRED_BUILTIN };
    return { path: `node:${builtin}`, external: true };
  });
  // A module of the platform can be imported and not required, so that a required one is passed on.
  build.onLoad({ filter: /./, namespace: REQUIRED_BUILTIN }, ({ path }) => ({
    contents: `import builtin from "node:${path}";\nmodule.exports = builtin;`,
    loader: "js",
  }));
}

function refusalFor({ path, importer, kind }: OnResolveArgs, files: SourceFiles): Refusal | null {
  if (kind === "entry-point") return null;
  return files.isOwn(importer) ? refusalInFunction(path) : refusalInDependency(path);
}

/** A path of the bundler's report on disk; null for what is in no file. */
export function fileOf(root: string, input: string): string | null {
  return /^(?:sortie|sortie-sources|sortie-node):/.test(input) || input === MAIN ? null : join(root, input);
}

/** What the generated main module is called in the bundle. */
export const MAIN = "function.js";

/** A path in an import statement, relative to the environment's folder. */
export function importPath(root: string, path: string): string {
  return `./${relative(root, path).split(sep).join("/")}`;
}
