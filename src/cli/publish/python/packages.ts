import { validRange } from "@renovatebot/pep440";
import type { Position, Report } from "../../../documents/report.ts";
import type { EnvironmentFiles } from "../../../environment/read-environment.ts";
import { importsOf } from "./imports.ts";
import { decodedText, type PythonFiles, VENDOR } from "./python-files.ts";
import { pythonParser } from "./python-parser.ts";
import { refusedPackage } from "./refused-modules.ts";
import { fits, type MarkerValues, parseRequirement, type Requirement } from "./requirement.ts";
import { readRequirements } from "./requirements.ts";
import { readVendored, type VendoredPackage } from "./vendored.ts";

/** The packages that a function is published with. */
export interface Packages {
  /** The first parts of the names of all modules in its folder of packages, whether they are right or not. */
  readonly modules: ReadonlySet<string>;
  /** The files of those that are needed, by path as for `import`. */
  readonly texts: Readonly<Record<string, string>>;
}

/** The packages that Sortie has itself. */
const PROVIDED: ReadonlySet<string> = new Set([
  "external-systems",
  "functions",
  "ontology-sdk",
  "requests",
  "urllib3",
]);

/** A package that is needed, and what asked for it. */
interface Needed extends Requirement {
  readonly text: string;
  readonly at: Position;
  readonly by: string | null;
}

/**
 * Finds the packages that a function and what it needs ask for. Reports PackageMissing, PackageVersionMismatch,
 * PackageNotPure, UnsupportedPackage and InvalidRequirement. Packages that nothing asks for are left out.
 * @param folder of the function, with a slash at its end
 */
export async function readPackages(
  folder: string,
  environment: EnvironmentFiles,
  files: PythonFiles,
  report: Report,
): Promise<Packages> {
  const read = (path: string) => {
    const content = environment.get(path);
    return content ? new TextDecoder().decode(content) : null;
  };
  const { markers } = await pythonParser.interpreter();
  const { packages, wrong } = readVendored(folder + VENDOR, environment);
  for (const { path, message } of wrong) {
    report.error(
      "PackageNotPure",
      { file: path, line: 1, column: 1 },
      message,
      "Use a wheel whose name ends in -py3-none-any.whl, and take out those that the function does not need.",
    );
  }
  const found = new Map<string, VendoredPackage>();
  const pending: Needed[] = readRequirements(folder, read, markers, report).map((each) => ({
    ...each,
    by: null,
  }));
  const reported = new Set<string>();
  const seen = new Set<string>();
  for (const needed of [...pending, ...imported(files, packages)]) visit(needed);
  return {
    modules: new Set(packages.flatMap(({ modules }) => modules)),
    texts: Object.fromEntries([...found.values()].flatMap((each) => textsOf(each, folder, report))),
  };

  function visit(first: Needed): void {
    const open = [first];
    for (let needed = open.pop(); needed; needed = open.pop()) {
      const key = `${needed.name}[${needed.extras.join()}]${needed.versions}`;
      if (PROVIDED.has(needed.name) || seen.has(key)) continue;
      seen.add(key);
      const there = packages.find(({ name }) => name === needed?.name);
      const complaint = complaintAbout(needed, there, folder, markers);
      if (complaint && !reported.has(complaint.message)) {
        reported.add(complaint.message);
        report.error(complaint.code, needed.at, complaint.message, complaint.remedy);
      }
      if (!there || complaint) continue;
      found.set(there.name, there);
      open.push(...needsOf(there, needed, markers));
    }
  }
}

/** The files of a package; those that are no text are left out, which is a warning: BinaryFileLeftOut. */
function textsOf({ name, files }: VendoredPackage, folder: string, report: Report): [string, string][] {
  const texts = [...files].map(([path, content]) => [path, decodedText(content)] as const);
  const [left] = texts.find(([, text]) => text === null) ?? [];
  if (left !== undefined) {
    report.warning(
      "BinaryFileLeftOut",
      { file: `${folder}${VENDOR}${left}`, line: 1, column: 1 },
      `The package ${name} has files that are no text, and is published without them.`,
      "Make sure that the function can do without them.",
    );
  }
  return texts.flatMap(([path, text]) => (text === null ? [] : [[path, text]]));
}

/** What a package needs in turn, with the extras that are asked for. */
function needsOf({ name, needs }: VendoredPackage, { at, extras }: Needed, markers: MarkerValues): Needed[] {
  return needs.flatMap((text) => {
    const wanted = ["", ...extras]
      .map((extra) => parseRequirement(text, { ...markers, extra }))
      .find((each) => each?.applies);
    return wanted ? [{ ...wanted, text, at, by: name }] : [];
  });
}

/** The packages in the folder whose modules the function's own files import. */
function imported(files: PythonFiles, packages: readonly VendoredPackage[]): Needed[] {
  return files.all.flatMap((file) =>
    importsOf(file).flatMap((each) => {
      const [first = ""] = each.module.split(".");
      const there = files.has(first) ? undefined : packages.find(({ modules }) => modules.includes(first));
      if (!there) return [];
      const { name } = there;
      return [
        { name, extras: [], versions: "", url: null, applies: true, text: name, at: file.at(each), by: null },
      ];
    }),
  );
}

function complaintAbout(
  { name, text, versions, by, url }: Needed,
  there: VendoredPackage | undefined,
  folder: string,
  { python_full_version: python = "" }: MarkerValues,
): { code: string; message: string; remedy: string } | null {
  const asked = by === null ? "" : `, which ${by} needs,`;
  const [bare = name] = text.split(";");
  const pip = `pip install --target ${folder}vendor`;
  const wanted = /[<>= ]/.test(bare.trim()) ? `"${bare.trim()}"` : bare.trim();
  const refused = refusedPackage(name);
  if (!there && refused) {
    return {
      code: "UnsupportedPackage",
      message: refused.message.replace(" cannot", `${asked} cannot`),
      remedy: refused.remedy,
    };
  }
  if (!there) {
    return {
      code: "PackageMissing",
      message: `The package ${name}${asked} is not in the function's folder.`,
      remedy: url === null ? `Run ${pip} ${wanted}` : `Run ${pip} ${url}`,
    };
  }
  if (there.compiled !== null) {
    return {
      code: "PackageNotPure",
      message: `The package ${name}${asked} has parts that are compiled for one kind of machine: ${there.compiled}.`,
      remedy:
        refused?.remedy ??
        `Use another package, or one without such parts, if there is one: ${pip} --upgrade --platform any --only-binary :all: ${wanted}`,
    };
  }
  if (validRange(there.python) && !fits(python, there.python)) {
    return {
      code: "PackageVersionMismatch",
      message: `The package ${name}${asked} is for Python ${there.python}, and functions run on ${python}.`,
      remedy: `Use another version of it: ${pip} --upgrade ${name}`,
    };
  }
  if (there.version === null) {
    return versions === ""
      ? null
      : {
          code: "PackageVersionMismatch",
          message: `Nothing says which version of ${name} is in the function's folder, and ${versions} is asked for.`,
          remedy: `Run ${pip} --upgrade ${wanted}`,
        };
  }
  if (fits(there.version, versions)) return null;
  return {
    code: "PackageVersionMismatch",
    message: `The package ${name}${asked} is there in version ${there.version}, and ${versions} is asked for.`,
    remedy: `Run ${pip} --upgrade ${wanted}`,
  };
}
