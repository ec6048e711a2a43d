import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BuildFailure, BuildOptions, BuildResult, Message } from "esbuild";
import { didYouMean } from "../../documents/nearest.ts";
import type { Position, Report } from "../../documents/report.ts";
import { isFolder } from "../check/read-folder.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { fileOf, functionPlugin, importPath, MAIN } from "./esbuild-plugin.ts";
import { mainModule } from "./main-module.ts";
import type { KnownOntology } from "./ontology-sdk.ts";
import type { Refusal } from "./refused-imports.ts";
import { exportedNames, type SourceFile, type SourceFiles } from "./source-file.ts";

/** How large the module of one function may be, with all that it imports. */
export const MAX_MODULE_BYTES = 5 * 1024 * 1024;

/** A function's module, complete in itself. */
export interface Bundle {
  readonly module: Uint8Array;
  /** Leads from places in the module to those in the files. */
  readonly sourceMap: string;
  /** Paths of the packages' files that are in it. */
  readonly dependencies: readonly string[];
}

/**
 * Bundles a function with what it imports and with what serves it. The same files give the same bytes wherever
 * they are. Reports what cannot be bundled and answers null then: UnresolvedImport, UnsupportedImport,
 * ModuleTooLarge, BundlingFailed.
 * @param root the environment's folder
 */
export async function bundleFunction(
  declared: DeclaredFunction,
  entry: SourceFile,
  root: string,
  files: SourceFiles,
  ontology: KnownOntology,
  report: Report,
): Promise<Bundle | null> {
  // Loaded only here: most commands do without.
  const { build } = await import("esbuild");
  const options = optionsFor(
    mainModule(declared, importPath(root, entry.path), files.all, ontology),
    root,
    files,
    ontology,
  );
  const result = await build(options).catch((failure: unknown) => {
    if (!isBuildFailure(failure)) throw failure;
    for (const message of failure.errors) reportMessage(message, files, entry, root, report);
    return null;
  });
  for (const { id, text, location } of result?.warnings ?? []) {
    // Direct eval is an error of ours; what packages do is for their authors to correct.
    const path = location && fileOf(root, location.file);
    if (id === "direct-eval" || !path || !files.isOwn(path)) continue;
    report.warning(
      "SuspiciousCode",
      placeOf(location, root, files),
      `The code looks like a slip: ${sentence(text)}`,
      "Write what is meant, so that it does not.",
    );
  }
  return result && bundleOf(result, declared, entry, root, files, report);
}

function optionsFor(contents: string, root: string, files: SourceFiles, ontology: KnownOntology) {
  return {
    stdin: { contents, resolveDir: root, sourcefile: MAIN, loader: "js" },
    absWorkingDir: root,
    outfile: "function.js",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2024",
    // An import of a name that is worked out when it runs would reach all modules of the platform.
    supported: { "dynamic-import": false },
    // Packages come as they do for Node: axios with its HTTP adapter, which takes an agent.
    platform: "node",
    conditions: ["workerd", "worker", "module"],
    define: { "process.env.NODE_ENV": '"production"' },
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "silent",
    logLimit: 0,
    // What a tsconfig.json says is for editors: the bundle does not depend on it.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
    plugins: [functionPlugin(files, ontology)],
  } satisfies BuildOptions;
}

function bundleOf(
  { outputFiles, metafile }: BuildResult<{ metafile: true; write: false }>,
  { name }: DeclaredFunction,
  entry: SourceFile,
  root: string,
  files: SourceFiles,
  report: Report,
): Bundle | null {
  const at = entry.at(entry.program);
  const module = outputFiles.find(({ path }) => path.endsWith(".js"));
  const sourceMap = outputFiles.find(({ path }) => path.endsWith(".map"));
  if (!module || !sourceMap || outputFiles.length > 2) {
    report.error("UnsupportedImport", at, "It imports what is no code, such as CSS.", "Take out the import.");
    return null;
  }
  const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = parts.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  if (module.contents.length > MAX_MODULE_BYTES) {
    const [largest] = used.toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    report.error(
      "ModuleTooLarge",
      at,
      `The module of ${name} has ${module.contents.length} bytes, and may have ${MAX_MODULE_BYTES}.`,
      `Take out what is large, such as ${largest?.[0]}.`,
    );
    return null;
  }
  return {
    module: module.contents,
    sourceMap: sourceMap.text,
    dependencies: used.flatMap(([input]) => {
      const path = fileOf(root, input);
      return path === null || files.isOwn(path) ? [] : path;
    }),
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function reportMessage(
  { text, location, detail }: Message,
  files: SourceFiles,
  entry: SourceFile,
  root: string,
  report: Report,
): void {
  // A name that a library does not have is reported where imports are checked.
  if (text.startsWith('No matching export in "sortie:')) return;
  const at = location ? placeOf(location, root, files) : entry.at(entry.program);
  const refusal = detail as Refusal | undefined;
  const unresolved = /^Could not resolve "([^"]*)"/.exec(text)?.[1];
  if (refusal) report.error("UnsupportedImport", at, refusal.message, refusal.remedy);
  else if (unresolved !== undefined) {
    report.error(
      "UnresolvedImport",
      at,
      `There is no ${unresolved} to import.`,
      remedyForImport(unresolved, join(root, dirname(at.file))),
    );
  } else if (!reportMissingExport(text, at, root, files, report)) {
    report.error(
      "BundlingFailed",
      at,
      `The code cannot be made into one module: ${sentence(text)}`,
      "Write it here so that it can stand in an ES module.",
    );
  }
}

/** @param folder that of the file with the import */
function remedyForImport(specifier: string, folder: string): string {
  if (!/^[./]/.test(specifier)) return `Install it: npm install ${specifier}`;
  const wanted = join(folder, specifier);
  const siblings = isFolder(dirname(wanted)) ? readdirSync(dirname(wanted)) : [];
  const here = specifier.slice(0, specifier.lastIndexOf("/") + 1);
  return didYouMean(
    basename(wanted).replace(/\.[jt]sx?$/, ""),
    siblings.map((name) => name.replace(/\.[jt]sx?$/, "")),
    "write the path of a file, relative to this one.",
    (name) => here + name,
  );
}

/** Reports the import of a name that a file does not export (UnknownExport). False when it is about something else. */
function reportMissingExport(
  text: string,
  at: Position,
  root: string,
  files: SourceFiles,
  report: Report,
): boolean {
  const [, path, name] = /^No matching export in "([^"]*)" for import "([^"]*)"$/.exec(text) ?? [];
  if (path === undefined || name === undefined) return false;
  const file = files.all.find((each) => each.path === fileOf(root, path));
  const known = file ? exportedNames(file) : [];
  report.error(
    "UnknownExport",
    at,
    `${path} does not export ${name}.`,
    didYouMean(
      name,
      known,
      known.length > 0 ? `import one that it has: ${known.join(", ")}.` : "export it there.",
    ),
  );
  return true;
}

function sentence(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, "")}.`;
}

/** The bundler counts columns in bytes, from 0. */
function placeOf(
  { file, line, column, lineText }: NonNullable<Message["location"]>,
  root: string,
  files: SourceFiles,
): Position {
  const before = new TextDecoder().decode(new TextEncoder().encode(lineText).subarray(0, column));
  return { file: files.nameOf(fileOf(root, file) ?? root), line, column: before.length + 1 };
}
