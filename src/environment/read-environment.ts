import type { Bundle } from "../bundle/model.ts";
import { readArchive } from "../bundle/read-archive.ts";
import { readBundle } from "../bundle/read-bundle.ts";
import { writeArchive } from "../bundle/write-archive.ts";
import type { OutboundApplication } from "../credentials/oauth/application.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import type { PublishedFunction } from "../functions/published-function.ts";
import type { ReadOntology } from "../ontology/check-ontology.ts";
import { readOntology } from "../ontology/read-ontology.ts";
import { readSources } from "../sources/read-sources.ts";
import type { Source } from "../sources/source.ts";
import { type ReadWebhook, readWebhooks } from "../webhooks/read-webhooks.ts";
import { folderName, namesOf } from "./bundle-names.ts";
import type { DeploymentField } from "./deployments.ts";
import { readOutboundApplications } from "./outbound-applications.ts";
import { type PackedResources, packResources } from "./pack-resources.ts";
import { type MissingParts, type PartName, partIn } from "./part-name.ts";
import { readSettings, type Settings } from "./settings.ts";

/** An environment's files by path: `apiproxies/NAME/apiproxy/…`, `environments/NAME/targetservers.json`, … */
export type EnvironmentFiles = ReadonlyMap<string, Uint8Array>;

/** A bundle of an environment: what it says, and the zip that is deployed. */
export interface EnvironmentBundle {
  /** Folder of its files in the environment, such as `apiproxies/orders-v1/`; problems are reported below it. */
  readonly folder: string;
  readonly bundle: Bundle;
  readonly zip: Uint8Array;
}

/** An environment as files say it. */
export interface EnvironmentModel {
  readonly name: string;
  readonly bundles: readonly EnvironmentBundle[];
  readonly settings: Settings;
  readonly resources: PackedResources;
  readonly sources: readonly Source[];
  readonly outboundApplications: readonly OutboundApplication[];
  readonly webhooks: readonly ReadWebhook[];
  /** Null when no file defines one. */
  readonly ontology: ReadOntology | null;
  /** Bundling functions takes a build tool, so who reads an environment adds them. */
  readonly functions: readonly BuiltFunction[];
  /** What is there and not in the lists above. */
  readonly missing: MissingParts;
}

/** A function ready to be published: what is deployed of it, and its module. */
export interface BuiltFunction {
  readonly published: PublishedFunction;
  readonly module: Uint8Array;
  /** What runs it, under the revision that `published.runtime` names; null where that is null. */
  readonly runtime: Uint8Array | null;
  /** Leads from places in the module to those in the files that it was made from. */
  readonly sourceMap: string;
  /** Where it is declared, and where it declares each of its sources. */
  readonly at: Position;
  readonly sourcesAt: ReadonlyMap<string, Position>;
}

/**
 * Reads an environment from its files and reports everything that is wrong with them. What `deployments.json`
 * does not name is left out; without that file everything is deployed.
 *
 * @param publicRoots the certificates of the public authorities, in PEM; without them, a source that brings
 *   certificates is refused
 */
export function readEnvironment(
  files: EnvironmentFiles,
  name: string,
  report: Report,
  publicRoots: readonly string[] = [],
): EnvironmentModel {
  const settingsFolder = `environments/${name}/`;
  const ownFiles = below(files, settingsFolder);
  const ownReport = report.inFolder(settingsFolder);
  const settings = readSettings(ownFiles, ownReport);
  const resources = packResources(ownFiles, name, ownReport);
  reportMisplaced(files, report);
  const found = bundleFiles(files);
  const folders = [...found.keys()].sort();
  checkDeployed(folders, settings, ownReport);
  const leftOut = folders.filter((folder) => !isDeployed(folder, settings));
  noteLeftOut(leftOut, settings, ownReport);
  const wrong = new Set<PartName>();
  const bundles = folders.flatMap((folder) => {
    if (!isDeployed(folder, settings)) return [];
    const errorsBefore = report.errorCount;
    const bundle = readOne(found.get(folder) ?? new Map(), folder, report);
    if (report.errorCount > errorsBefore) {
      wrong.add(partIn(folder));
      if (bundle) for (const name of namesOf(bundle)) wrong.add(`${PARENTS[bundle.bundle.kind]}/${name}`);
    }
    return bundle ?? [];
  });
  const { applications: outboundApplications, broken } = readOutboundApplications(files, name, report);
  const known = {
    // A source that names a broken one is not wrong for that.
    outboundApplications: [...outboundApplications.map((application) => application.name), ...broken],
    publicRoots,
  };
  const sources = readSources(files, name, known, report);
  const webhooks = readWebhooks(files, name, report);
  const ontology = readOntology(files, report);
  const missing = { wrong, leftOut: new Set(leftOut.map(partIn)) };
  return {
    name,
    bundles,
    settings,
    resources,
    sources,
    outboundApplications,
    webhooks,
    ontology,
    functions: [],
    missing,
  };
}

const PARENTS = { apiproxy: "apiproxies", sharedflow: "sharedflows" } as const;

/** The files of each bundle by the bundle's folder; a zip has a folder too, with the zip as its file `""`. */
function bundleFiles(files: EnvironmentFiles): Map<string, Map<string, Uint8Array>> {
  const found = new Map<string, Map<string, Uint8Array>>();
  for (const [path, content] of files) {
    const [parent = "", name = "", ...rest] = path.split("/");
    if (parent !== "apiproxies" && parent !== "sharedflows") continue;
    if (rest.length === 0 && !name.endsWith(".zip")) continue;
    const folder = `${parent}/${name}/`;
    const bundle = found.get(folder) ?? new Map<string, Uint8Array>();
    found.set(folder, bundle.set(rest.join("/"), content));
  }
  return found;
}

function isDeployed(folder: string, { deployed }: Settings): boolean {
  if (deployed === null) return true;
  const names = folder.startsWith("apiproxies/") ? deployed.proxies : deployed.sharedFlows;
  return names.has(folderName(folder));
}

/** Whatever `deployments.json` names must be there (BundleNotFound). */
function checkDeployed(found: readonly string[], { deployed }: Settings, report: Report): void {
  const missing = (parent: string, names: ReadonlyMap<string, Position> = new Map()) => {
    const there = new Set(found.filter((folder) => folder.startsWith(parent)).map(folderName));
    for (const [name, at] of names) {
      if (there.has(name)) continue;
      report.error(
        "BundleNotFound",
        at,
        `${name} is to be deployed, but there is no ${parent}${name}.`,
        didYouMean(name, there, "add the bundle, or take its name out."),
      );
    }
  };
  missing("apiproxies/", deployed?.proxies);
  missing("sharedflows/", deployed?.sharedFlows);
}

/** Notes what `deployments.json` does not name (NotDeployed). */
function noteLeftOut(folders: readonly string[], { deploymentsAt }: Settings, report: Report): void {
  for (const [parent, field] of [
    ["apiproxies/", "proxies"],
    ["sharedflows/", "sharedflows"],
  ] as const) {
    const names = folders.filter((folder) => folder.startsWith(parent)).map(folderName);
    reportNotDeployed(names, field, deploymentsAt, report);
  }
}

/** @param field the list of `deployments.json` that could name them */
export function reportNotDeployed(
  names: readonly string[],
  field: DeploymentField,
  deploymentsAt: Settings["deploymentsAt"],
  report: Report,
): void {
  if (names.length === 0) return;
  report.note(
    "NotDeployed",
    deploymentsAt(field),
    `deployments.json does not name everything in ${folderOf[field]}, and leaves out ${names.join(", ")}.`,
    `Add it to "${field}" if it is meant to be deployed.`,
  );
}

const folderOf = { proxies: "apiproxies/", sharedflows: "sharedflows/", functions: "functions/" } as const;

/** Warns of files that stand where nothing is read, beside the folders that they belong to (UnknownFile). */
function reportMisplaced(files: EnvironmentFiles, report: Report): void {
  for (const path of files.keys()) {
    const [parent, name, ...rest] = path.split("/");
    if (name === undefined || rest.length > 0 || name.endsWith(".zip")) continue;
    const remedy = remedyForMisplaced(parent, name);
    if (remedy === null) continue;
    report.warning("UnknownFile", { file: path, line: 1, column: 1 }, "The file has no effect.", remedy);
  }
}

function remedyForMisplaced(parent: string | undefined, name: string): string | null {
  if (parent === "environments") return `Move it to environments/NAME/${name}, or remove it.`;
  if (parent !== "apiproxies" && parent !== "sharedflows") return null;
  return "Remove it: here are folders of bundles, and zip files whose names end in .zip.";
}

/** Files are packed before they are read, so that they are held to the limits of what can be deployed. */
function readOne(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  report: Report,
): EnvironmentBundle | null {
  const ownReport = report.inFolder(folder);
  const zip = files.get("") ?? writeArchive(files);
  const problemsBefore = report.problems.length;
  const archive = readArchive(zip, ownReport);
  // Why nothing of it can be read has been reported.
  if (archive.size === 0 && report.problems.length > problemsBefore) return null;
  const bundle = readBundle(archive, ownReport);
  return bundle && { folder, bundle, zip };
}

/** The files below a folder, by their path there. */
function below(files: EnvironmentFiles, folder: string): Map<string, Uint8Array> {
  return new Map(
    [...files].flatMap(([path, content]) =>
      path.startsWith(folder) ? [[path.slice(folder.length), content] as const] : [],
    ),
  );
}
