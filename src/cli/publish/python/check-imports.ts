import { didYouMean, nearestNames } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import { importsOf, type PythonImport } from "./imports.ts";
import { exportsOf, libraryModules } from "./library.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import { type Interpreter, pythonParser } from "./python-parser.ts";
import { distributionOf, refusedPackage, senselessModule, senselessName } from "./refused-modules.ts";

/** Why something cannot be imported. */
interface Complaint {
  readonly code: "UnsupportedImport" | "UnresolvedImport" | "UnknownExport";
  readonly message: string;
  readonly remedy: string;
  /** Whether it is about what is imported from the module, and not about the module. */
  readonly ofName?: true;
}

/**
 * Reports what a file imports and may not: UnsupportedImport, UnresolvedImport for what is not there, and
 * UnknownExport for names that a module does not have. What the code can do without is left to it.
 * @param packages the modules of the packages in the function's folder, by the first parts of their names
 */
export async function checkImports(
  file: PythonFile,
  files: PythonFiles,
  packages: ReadonlySet<string>,
  report: Report,
): Promise<void> {
  const standard = await pythonParser.interpreter();
  const reported = new Set<string>();
  for (const each of importsOf(file)) {
    if (each.optional) continue;
    const complaint = await complaintAbout(each, file, files, packages, standard);
    if (!complaint) continue;
    const at = file.at(complaint.ofName ? each : each.moduleAt);
    const key = `${at.line}:${at.column} ${complaint.message}`;
    if (reported.has(key)) continue;
    reported.add(key);
    report.error(complaint.code, at, complaint.message, complaint.remedy);
  }
}

async function complaintAbout(
  { module, name, leadsOut }: PythonImport,
  file: PythonFile,
  files: PythonFiles,
  packages: ReadonlySet<string>,
  standard: Interpreter,
): Promise<Complaint | null> {
  if (leadsOut) return beside(module, name, file, files);
  const [first = ""] = module.split(".");
  if (files.has(first)) {
    const isTaken = standard.found.has(first) || libraryModules().has(first);
    return isTaken ? taken(first) : inFolder(module, name, files);
  }
  const refused = senselessModule(module);
  if (refused) return { code: "UnsupportedImport", ...refused };
  const refusedName = name === null ? null : senselessName(`${module}.${name}`);
  if (refusedName) return { code: "UnsupportedImport", ...refusedName, ofName: true };
  if (libraryModules().has(first)) return inLibrary(module, name);
  if (standard.found.has(first) || standard.known.has(first)) return inStandard(module, standard);
  if (packages.has(first)) return null;
  return notThere(first, file, files, standard);
}

/** Relative imports that Python refuses. */
function beside(
  module: string,
  name: string | null,
  { package: from }: PythonFile,
  files: PythonFiles,
): Complaint {
  const absolute = module === "" ? `import ${name}` : `from ${module} import ${name}`;
  const wanted = module === "" ? (name ?? "") : module;
  return {
    code: "UnresolvedImport",
    message:
      from === ""
        ? "A file that is in no package has no relative imports."
        : `The import leads out of the package ${from.split(".")[0]}.`,
    remedy: files.has(wanted)
      ? `Write ${absolute}.`
      : didYouMean(wanted, files.modules, `write ${absolute}, and add ${wanted.replaceAll(".", "/")}.py.`),
  };
}

/** A file with the name of a module that is there already, and that wins. */
function taken(module: string): Complaint {
  return {
    code: "UnresolvedImport",
    message: `The function's folder has a module ${module}, and so has Python here, which is the one that is imported.`,
    remedy: "Give the file another name.",
  };
}

/** Of the function's own files. */
function inFolder(module: string, name: string | null, files: PythonFiles): Complaint | null {
  if (!files.has(module)) return missing(module, files);
  if (name === null || name === "*" || files.has(`${module}.${name}`)) return null;
  if (!files.modules.includes(module)) return { ...missing(`${module}.${name}`, files), ofName: true };
  const from = files.module(module);
  // What is bound in ways that are not looked at has its name somewhere in the file.
  if (!from || from.stars.length > 0 || mentions(from.text, name) || mentions(from.text, "__getattr__"))
    return null;
  return {
    code: "UnknownExport",
    ofName: true,
    message: `${module} has no ${name}.`,
    remedy: didYouMean(
      name,
      from.names.keys(),
      `add it to ${from.path.slice(from.path.lastIndexOf("/") + 1)}.`,
    ),
  };
}

function mentions(text: string, name: string): boolean {
  return text.split(/[^\p{ID_Continue}]+/u).includes(name);
}

function missing(module: string, files: PythonFiles): Complaint {
  return {
    code: "UnresolvedImport",
    message: `The function's folder has no module ${module}.`,
    remedy: didYouMean(module, files.modules, `add ${module.replaceAll(".", "/")}.py.`),
  };
}

async function inLibrary(module: string, name: string | null): Promise<Complaint | null> {
  const modules = [...libraryModules().keys()].filter((each) => !/(?:^|\.)_/.test(each));
  if (!libraryModules().has(module)) {
    return {
      code: "UnresolvedImport",
      message: `There is no module ${module} here.`,
      remedy: didYouMean(
        module,
        modules,
        `import one that there is: ${modules.filter((each) => each.startsWith(`${module.split(".")[0]}.`)).join(", ")}.`,
      ),
    };
  }
  if (name === null || name === "*" || libraryModules().has(`${module}.${name}`)) return null;
  const names = await exportsOf(module);
  if (!names || names.all.includes(name)) return null;
  const { offered } = names;
  return {
    code: "UnknownExport",
    ofName: true,
    message: `${module} has no ${name} here.`,
    remedy: didYouMean(name, offered, `write one that it has: ${offered.join(", ")}.`),
  };
}

function inStandard(module: string, { found, known }: Interpreter): Complaint | null {
  if (found.has(module)) return null;
  const [first = ""] = module.split(".");
  if (found.has(first)) {
    return {
      code: "UnresolvedImport",
      message: `Python has no module ${module}.`,
      remedy: didYouMean(module, found, "take the import out."),
    };
  }
  return {
    code: "UnsupportedImport",
    message: `${module} is not part of the Python that functions run on.`,
    remedy: known.has(first) ? "Take out the import and what uses it." : "Take it out.",
  };
}

function notThere(module: string, file: PythonFile, files: PythonFiles, { found }: Interpreter): Complaint {
  const refused = refusedPackage(module);
  if (refused) return { code: "UnsupportedImport", ...refused };
  const distribution = distributionOf(module);
  const folder = file.path.split("/").slice(0, 2).join("/");
  const known = [...files.modules, ...libraryModules().keys(), ...found].filter(
    (each) => !/[._]/.test(each[0] ?? ""),
  );
  const near =
    distribution === module
      ? nearestNames(
          module,
          known.filter((each) => !each.includes(".")),
        )
      : [];
  return {
    code: "UnresolvedImport",
    message: `There is no ${module} to import.`,
    remedy: `${near.length > 0 ? `Did you mean ${near.join(" or ")}? Otherwise put` : "Put"} the package into the function's folder: pip install --target ${folder}/vendor ${distribution}`,
  };
}
