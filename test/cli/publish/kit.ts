import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { readFolder } from "../../../src/cli/check/read-folder.ts";
import type { DeclaredFunction } from "../../../src/cli/publish/declared-function.ts";
import { publishFunctions } from "../../../src/cli/publish/publish-functions.ts";
import { readFunctions } from "../../../src/cli/publish/read-functions.ts";
import { SourceFiles } from "../../../src/cli/publish/source-file.ts";
import { type Problem, Report } from "../../../src/documents/report.ts";
import { sortedProblems } from "../../../src/environment/check.ts";
import { type BuiltFunction, readEnvironment } from "../../../src/environment/read-environment.ts";
import type { Settings } from "../../../src/environment/settings.ts";
import { folderWith, repository } from "../sortie.ts";

/** What is declared by an entry file, and what is wrong with it. */
export function declaredIn(
  code: string,
  others: Readonly<Record<string, string>> = {},
): { functions: DeclaredFunction[]; problems: string[] } {
  const folder = folderWith({ "functions/it/it.ts": code, ...others });
  const report = new Report();
  const files = new SourceFiles(folder, report);
  const entry = files.read(join(folder, "functions/it/it.ts"));
  const functions = entry ? readFunctions(entry, "it", files, report) : [];
  return { functions, problems: report.problems.map(placed) };
}

/** `line:column code message` of a problem in the entry file; the file comes first for any other. */
export function placed({ file, line, column, code, message }: Problem): string {
  const place = file === "functions/it/it.ts" ? "" : `${file}:`;
  return `${place}${line}:${column} ${code} ${message}`;
}

/** Publishes the functions in a folder with these files, as an environment's commands do. */
export async function publish(
  files: Readonly<Record<string, string>>,
  { folder = folderWith(files), settings = {} }: { folder?: string; settings?: Partial<Settings> } = {},
): Promise<{
  functions: readonly BuiltFunction[];
  problems: Problem[];
  folder: string;
  code: readonly string[];
}> {
  const report = new Report();
  const read = new Map(readFolder(folder));
  const model = readEnvironment(read, "test", report);
  const adjusted = { ...model, settings: { ...model.settings, ...settings } };
  const published = await publishFunctions(read, folder, adjusted, report);
  return {
    functions: published.functions,
    code: published.files,
    problems: sortedProblems(report.problems),
    folder,
  };
}

/** A TypeScript v2 function with nothing but a signature. */
export function version2(parameters: string, output: string, before = ""): string {
  return `${before}\nexport default async function it(${parameters}): ${output} {\n  throw new Error("not run");\n}\n`;
}

/** An ontology to write functions for. */
export const company = `
objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string }
      level: { type: integer }
      salary: { type: long }
      born: { type: date }
      tags: { type: array, items: { type: string } }
      bossId: { type: string }
    permissions: { read: [anyone], edit: [users] }
  Ticket:
    primaryKey: number
    properties:
      number: { type: integer }
      title: { type: string }
    permissions: { read: [users], edit: [users] }
  UserProfile:
    primaryKey: userProfileId
    titleProperty: displayName
    properties:
      userProfileId: { type: string }
      displayName: { type: string }
    permissions: { read: [users], edit: [users] }
linkTypes:
  employeeBoss:
    from: { objectType: Employee, apiName: boss, foreignKey: bossId }
    to: { objectType: Employee, apiName: reports }
  assignments:
    from: { objectType: Employee, apiName: tickets }
    to: { objectType: Ticket, apiName: assignees }
`;

/** A folder with files and with this repository's packages installed. */
export function folderWithPackages(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files);
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
}
