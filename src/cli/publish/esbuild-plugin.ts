import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { mayBeBundled } from "./bundled-file.ts";
import { lacksImport, sourceSymbol } from "./decorators.ts";
import { library, ONTOLOGY_API, ONTOLOGY_SDK, SOURCE_SYMBOLS } from "./library.ts";
import { definitionsModule, type KnownOntology, namesFrom, ontologyApiModule } from "./ontology-sdk.ts";
import { packageRoot } from "./package-root.ts";
import { nodeModule, type Refusal, refusalInDependency, refusalInFunction } from "./refused-imports.ts";
import type { SourceFile, SourceFiles } from "./source-file.ts";
import { walk } from "./walk.ts";

const foreignFile: Refusal = {
  message:
    "A function cannot import a file that is neither in the environment's folder nor in an installed package.",
  remedy: "Move it there, to functions/_shared for example, and write no name that begins with a dot.",
};

/** On the first line, so that all lines keep their numbers. */
const IMPORT = 'import { Function } from "@foundry/functions-api"; ';

/** Code of Sortie's own that is bundled into functions, by path below `src/functions/`. */
const RUNTIME = "sortie";
const SYMBOLS = "sortie-sources";
const DEFINITIONS = "sortie-ontology";
const ONTOLOGY = "sortie-ontology-api";
const SOCKETS = "sortie-sockets";
const REQUIRED_BUILTIN = "sortie-node";

/** The namespaces of code that the author of a function has not written. */
const ours: ReadonlySet<string> = new Set([
  ...[RUNTIME, SYMBOLS, DEFINITIONS, ONTOLOGY, SOCKETS, REQUIRED_BUILTIN],
]);

/**
 * Modules of Node through which code reaches all others, or that the runtime changes: what stands in for them, as
 * CommonJS, so that whatever name is imported is looked up when it is used.
 */
const replacedBuiltins: ReadonlyMap<string, string> = new Map([
  ["console", "module.exports = globalThis.console;"],
  [
    "module",
    `const refuse = (id) => { throw new Error("Cannot require " + id + ": modules are bundled when the function is published."); };
module.exports = { createRequire: () => refuse, builtinModules: [], isBuiltin: () => false };`,
  ],
  ["process", "module.exports = globalThis.process;"],
]);

/** What the main module imports the runtime as. */
export const SERVE = "sortie:runtime/serve.ts";

/** The same for what calls functions of TypeScript v1 that know the ontology. */
export const WITH_ONTOLOGY = "sortie:runtime/v1-ontology.ts";

/** The same for what makes a function's client of the ontology. */
export const CLIENT = "sortie:runtime/client.ts";

/** The same for what gives functions of TypeScript v2 objects with links, and sets of objects. */
export const CLIENT_OBJECTS = "sortie:runtime/client-objects.ts";

/** Subscriptions need a socket to the ontology. */
const NO_SOCKETS = `export default class { constructor() { throw new Error("Functions cannot subscribe to objects: load them."); } }`;

/**
 * Puts Sortie's implementations in place of Foundry's libraries, keeps Node's modules as imports of the platform,
 * refuses what a function may not import, and reads the files that the function's author wrote.
 */
export function functionPlugin(files: SourceFiles, ontology: KnownOntology): Plugin {
  return {
    name: "sortie",
    setup(build) {
      addRuntime(build, files, ontology);
      addNodeModules(build, files);
      const root = build.initialOptions.absWorkingDir ?? "";
      build.onLoad({ filter: /./, namespace: "file" }, ({ path }) => {
        if (!mayBeBundled(path, root))
          return { errors: [{ text: foreignFile.message, detail: foreignFile }] };
        if (!/\.[cm]?[jt]sx?$/.test(path) || !files.isOwn(path)) return undefined;
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

function addRuntime(build: PluginBuild, files: SourceFiles, ontology: KnownOntology): void {
  const root = join(packageRoot(), "src", "functions");
  build.onResolve({ filter: /^sortie:/ }, ({ path, importer, namespace }): OnResolveResult | undefined => {
    const isGenerated = namespace === SYMBOLS || namespace === ONTOLOGY || files.nameOf(importer) === MAIN;
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
  build.onResolve({ filter: /^@osdk\/(?:client|api)(?:\/|$)/ }, (asked) =>
    asked.pluginData === RESOLVING || !(asked.namespace === RUNTIME || files.isOwn(asked.importer))
      ? undefined
      : resolveClient(asked, build),
  );
  build.onResolve({ filter: /^isomorphic-ws$/ }, ({ path }) => ({ path, namespace: SOCKETS }));
  build.onLoad({ filter: /./, namespace: SOCKETS }, () => ({ contents: NO_SOCKETS, loader: "js" }));
  build.onResolve({ filter: /^@/ }, ({ path, importer }): OnResolveResult | undefined => {
    if (path === ONTOLOGY_SDK)
      return {
        path: files.nameOf(importer),
        namespace: DEFINITIONS,
        sideEffects: false,
        pluginData: importer,
      };
    if (path === ONTOLOGY_API) return { path, namespace: ONTOLOGY };
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
  build.onLoad({ filter: /./, namespace: ONTOLOGY }, () => ({
    contents: ontologyApiModule(ontology),
    loader: "js",
  }));
  build.onLoad({ filter: /./, namespace: DEFINITIONS }, ({ pluginData }) => ({
    contents: definitionsModule(namesFrom(ONTOLOGY_SDK, files.read(String(pluginData))), ontology),
    loader: "js",
  }));
}

const RESOLVING = Symbol("the client is being looked for");

/** The client that the author of the function has installed, or else Sortie's own. */
async function resolveClient(
  { path, kind, importer, namespace, resolveDir }: OnResolveArgs,
  build: PluginBuild,
): Promise<OnResolveResult> {
  const options = { kind, importer, namespace, pluginData: RESOLVING };
  const root = build.initialOptions.absWorkingDir ?? resolveDir;
  const found = await build.resolve(path, {
    ...options,
    resolveDir: namespace === RUNTIME ? root : resolveDir,
  });
  return found.errors.length === 0 ? found : build.resolve(path, { ...options, resolveDir: packageRoot() });
}

/** One symbol for each source whose symbol a file imports, or uses as a part of all of them. */
function symbolsFor(importer: string, files: SourceFiles): OnLoadResult {
  const file = files.read(importer);
  const names = file ? [...importedSymbols(file), ...symbolsInNamespaces(file)] : [];
  const exported = [...new Set(names)].map(exportSymbol);
  return {
    contents: ['import { sourceSymbol } from "sortie:runtime/v1.ts";', ...exported].join("\n"),
    loader: "js",
  };
}

function importedSymbols({ imports }: SourceFile): string[] {
  return [...imports.values()].flatMap(({ module, name }) =>
    module === SOURCE_SYMBOLS && name !== "*" ? name : [],
  );
}

function symbolsInNamespaces(file: SourceFile): string[] {
  const names: string[] = [];
  walk(file.program, (node) => {
    const name = node.type === "MemberExpression" ? sourceSymbol(node, file) : null;
    if (name !== null) names.push(name);
  });
  return names;
}

function exportSymbol(name: string, index: number): string {
  const text = JSON.stringify(name);
  return `const symbol${index} = /* @__PURE__ */ sourceSymbol(${text}); export { symbol${index} as ${text} };`;
}

function addNodeModules(build: PluginBuild, files: SourceFiles): void {
  build.onResolve({ filter: /./ }, ({ path, importer, namespace, kind }): OnResolveResult | undefined => {
    const refusal = ours.has(namespace) ? null : refusalFor(path, importer, files);
    if (refusal) return { errors: [{ text: refusal.message, detail: refusal }] };
    if (path.startsWith("cloudflare:")) return { path, external: true };
    const builtin = nodeModule(path);
    if (builtin === null) return undefined;
    const isImported = kind === "import-statement" && !replacedBuiltins.has(builtin);
    return isImported
      ? { path: `node:${builtin}`, external: true }
      : { path: builtin, namespace: REQUIRED_BUILTIN };
  });
  // Where functions run, a module of the platform can only be imported in a statement, so that any other is passed on.
  build.onLoad({ filter: /./, namespace: REQUIRED_BUILTIN }, ({ path }) => ({
    contents: replacedBuiltins.get(path) ?? `import builtin from "node:${path}";\nmodule.exports = builtin;`,
    loader: "js",
  }));
}

function refusalFor(path: string, importer: string, files: SourceFiles): Refusal | null {
  return files.isOwn(importer) ? refusalInFunction(path) : refusalInDependency(path);
}

/** A path of the bundler's report on disk; null for what is in no file. */
export function fileOf(root: string, input: string): string | null {
  const [namespace = ""] = input.split(":", 1);
  return input === MAIN || ours.has(namespace) ? null : join(root, input);
}

/** What the generated main module is called in the bundle. */
export const MAIN = "function.js";

/** A path in an import statement, relative to the environment's folder. */
export function importPath(root: string, path: string): string {
  return `./${relative(root, path).split(sep).join("/")}`;
}
