import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rootCertificates } from "node:tls";
import type { Command } from "commander";
import { Report } from "../../documents/report.ts";
import { readEnvironment } from "../../environment/read-environment.ts";
import { type EnvironmentFolder, readPaths } from "../check/environment-folder.ts";
import { CommandFailure } from "../command-failure.ts";
import { declarationsFor, TSCONFIG } from "./declarations.ts";

/** `sortie types`: declarations for editors of what functions import. */
export function addTypes(program: Command): void {
  program
    .command("types")
    .description("write functions/sortie-env.d.ts, which tells editors what functions may import")
    .argument("[path]", "an environment folder", "policies")
    .action((path: string) => {
      const folder = readPaths([path]);
      const whole = folder.mounts.find(({ at }) => at === "");
      if (!whole) throw new CommandFailure(`${path} is not an environment, and so has no functions.`);
      const functions = join(whole.source, "functions");
      mkdirSync(functions, { recursive: true });
      write(join(functions, "sortie-env.d.ts"), declarationsFor(sourceNames(folder)));
      const tsconfig = join(functions, "tsconfig.json");
      if (!existsSync(tsconfig)) write(tsconfig, TSCONFIG);
    });
}

/** The sources of all environments; what is wrong with them is for `sortie check` to say. */
function sourceNames({ names, files }: EnvironmentFolder): Set<string> {
  const environments = names.length > 0 ? names : ["local"];
  return new Set(
    environments.flatMap((name) =>
      readEnvironment(files, name, new Report(), rootCertificates).sources.map(({ apiName }) => apiName),
    ),
  );
}

function write(path: string, text: string): void {
  writeFileSync(path, text);
  console.log(`wrote ${relative(process.cwd(), path)}`);
}
