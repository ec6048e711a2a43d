import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { rootCertificates } from "node:tls";
import type { Command } from "commander";
import { Report } from "../../documents/report.ts";
import { type EnvironmentFiles, readEnvironment } from "../../environment/read-environment.ts";
import { readOntology } from "../../ontology/read-ontology.ts";
import type { Webhook } from "../../webhooks/file-schema.ts";
import { type EnvironmentFolder, readPaths } from "../check/environment-folder.ts";
import { CommandFailure } from "../command-failure.ts";
import { declarationsFor, TSCONFIG } from "./declarations.ts";
import { ONTOLOGY_SDK } from "./library.ts";
import { type OntologySdk, ontologySdk } from "./ontology-declarations.ts";
import { packageRoot } from "./package-root.ts";
import { declareInPython } from "./python/declare-ontology.ts";

/** `sortie types`: declarations for editors of what functions import. */
export function addTypes(program: Command): void {
  program
    .command("types")
    .description("write functions/sortie-env.d.ts, which tells editors what functions may import")
    .argument("[path]", "an environment folder", "policies")
    .option("--env <name>", "the environment whose ontology programs use", "local")
    .option("--sdk <folder>", "also write the package @ontology/sdk there, for programs with @osdk/client")
    .action((path: string, { env, sdk: folderOfSdk }: { env: string; sdk?: string }) => {
      const folder = readPaths([path]);
      const whole = folder.mounts.find(({ at }) => at === "");
      if (!whole) throw new CommandFailure(`${path} is not an environment, and so has no functions.`);
      const functions = join(whole.source, "functions");
      mkdirSync(functions, { recursive: true });
      const sdk = ontologySdk(folder.files, realpathSync(whole.source), env);
      write(join(functions, "sortie-env.d.ts"), declarationsFor(sourcesIn(folder), sdk));
      const tsconfig = join(functions, "tsconfig.json");
      if (!existsSync(tsconfig)) write(tsconfig, TSCONFIG);
      if ([...folder.files.keys()].some((file) => /^functions\/.+\.py$/.test(file))) {
        writePythonTypes(functions, folder.files);
      }
      if (folderOfSdk !== undefined) writeSdk(folderOfSdk, sdk);
    });
}

/** What type checkers of Python need: where our libraries are, and stubs of what is made from the ontology. */
function writePythonTypes(functions: string, files: EnvironmentFiles): void {
  const ontology = readOntology(files, new Report())?.definition;
  for (const [path, text] of Object.entries(ontology ? declareInPython(ontology) : {})) {
    const stub = join(functions, STUBS, path);
    mkdirSync(dirname(stub), { recursive: true });
    write(stub, text);
  }
  const settings = join(functions, "pyrightconfig.json");
  if (existsSync(settings)) return;
  const library = relative(realpathSync(functions), join(packageRoot(), "src/functions/python/lib"));
  const config = { extraPaths: [library.split(sep).join("/")], stubPath: STUBS, pythonVersion: "3.14" };
  write(settings, `${JSON.stringify(config, null, 2)}\n`);
}

/** Below `functions/`; with `_` it is none. */
const STUBS = "_types";

/** A package that programs install: `npm install ./FOLDER`. */
function writeSdk(folder: string, { declarations, module }: OntologySdk): void {
  mkdirSync(folder, { recursive: true });
  write(join(folder, "package.json"), PACKAGE);
  write(join(folder, "index.d.ts"), `// Made by sortie types.\n${declarations}\n`);
  write(join(folder, "index.js"), `// Made by sortie types.\n${module}\n`);
}

const PACKAGE = `${JSON.stringify(
  {
    name: ONTOLOGY_SDK,
    version: "0.0.0",
    private: true,
    type: "module",
    exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    peerDependencies: { "@osdk/client": "^2.22.0" },
  },
  null,
  2,
)}\n`;

/** The sources of all environments, and their webhooks; what is wrong with them is for `sortie check` to say. */
function sourcesIn({ names, files }: EnvironmentFolder): Map<string, Webhook[]> {
  const found = new Map<string, Webhook[]>();
  for (const name of names.length > 0 ? names : ["local"]) {
    const model = readEnvironment(files, name, new Report(), rootCertificates);
    const { sources, webhooks, settings } = model;
    for (const { apiName } of sources) {
      const known = found.get(apiName) ?? [];
      const more = webhooks.flatMap(({ webhook }) =>
        (settings.sourceAliases[webhook.source] ?? webhook.source) === apiName &&
        !known.some((each) => each.name === webhook.name)
          ? webhook
          : [],
      );
      found.set(apiName, [...known, ...more]);
    }
  }
  return found;
}

function write(path: string, text: string): void {
  writeFileSync(path, text);
  console.log(`wrote ${relative(process.cwd(), path)}`);
}
