import { readArchive, writeArchive } from "../bundle/archive.ts";
import { readBundle } from "../bundle/bundle.ts";
import type { Bundle } from "../bundle/model.ts";
import type { Report } from "../xml/report.ts";
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
}

/**
 * Reads an environment from its files and reports everything that is wrong with them. What `deployments.json`
 * does not name is left out; without that file everything is deployed.
 */
export function readEnvironment(files: EnvironmentFiles, name: string, report: Report): EnvironmentModel {
  const settingsFolder = `environments/${name}/`;
  const settings = readSettings(below(files, settingsFolder), report.inFolder(settingsFolder));
  const found = [...folders(files, "apiproxies/"), ...folders(files, "sharedflows/")];
  checkDeployed(found, settings, report.inFolder(settingsFolder));
  const bundles = found.flatMap((folder) =>
    isDeployed(folder, settings) ? (readOne(files, folder, report) ?? []) : [],
  );
  return { name, bundles, settings };
}

/** The folders and zips directly below a folder, each with a slash at its end. */
function folders(files: EnvironmentFiles, parent: string): string[] {
  const found = new Set<string>();
  for (const path of files.keys()) {
    const [name, ...rest] = path.startsWith(parent) ? path.slice(parent.length).split("/") : [];
    if (name && (rest.length > 0 || name.endsWith(".zip"))) found.add(`${parent}${name}/`);
  }
  return [...found].sort();
}

function isDeployed(folder: string, { deployed }: Settings): boolean {
  if (deployed === null) return true;
  const names = folder.startsWith("apiproxies/") ? deployed.proxies : deployed.sharedFlows;
  return names.has(nameOf(folder));
}

/** `orders-v1` for `apiproxies/orders-v1/` and for `apiproxies/orders-v1.zip/`. */
function nameOf(folder: string): string {
  const [, name = ""] = folder.split("/");
  return name.replace(/\.zip$/, "");
}

/** Whatever `deployments.json` names must be there. */
function checkDeployed(found: readonly string[], { deployed }: Settings, report: Report): void {
  const missing = (parent: string, names: ReadonlySet<string> = new Set()) => {
    const there = new Set(found.filter((folder) => folder.startsWith(parent)).map(nameOf));
    for (const name of names) {
      if (there.has(name)) continue;
      report.error(
        "BundleNotFound",
        { file: "deployments.json", line: 1, column: 1 },
        `${name} is to be deployed, but there is no ${parent}${name}.`,
        "Add the bundle, or take its name out.",
      );
    }
  };
  missing("apiproxies/", deployed?.proxies);
  missing("sharedflows/", deployed?.sharedFlows);
}

function readOne(files: EnvironmentFiles, folder: string, report: Report): EnvironmentBundle | null {
  const ownReport = report.inFolder(folder);
  const given = files.get(folder.slice(0, -1));
  const content = given ? readArchive(given, ownReport) : below(files, folder);
  const bundle = readBundle(content, ownReport);
  return bundle && { folder, bundle, zip: given ?? writeArchive(content) };
}

/** The files below a folder, by their path there. */
function below(files: EnvironmentFiles, folder: string): Map<string, Uint8Array> {
  return new Map(
    [...files].flatMap(([path, content]) =>
      path.startsWith(folder) ? [[path.slice(folder.length), content] as const] : [],
    ),
  );
}
