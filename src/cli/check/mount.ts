import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { nearestNames } from "../../documents/nearest.ts";
import { CommandFailure } from "../command-failure.ts";
import { isFile, isFolder, readFolder, readSmallFile } from "./read-folder.ts";

/** Files on disk and where they stand in an environment. */
export interface Mount {
  /** Where they stand: `apiproxies/orders-v1/`, `apiproxies/orders-v1.zip`, or `""` for a whole environment. */
  readonly at: string;
  /** Their folder or zip file on disk. */
  readonly source: string;
  /** Contents by path below `at`; that of a zip file is `""`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What to watch on disk for changes. */
  readonly watched: readonly string[];
}

/** The folders of an environment; others that stand beside them are not Sortie's. */
const ENVIRONMENT_FOLDERS = [
  "apiproxies",
  "sharedflows",
  "environments",
  "sources",
  "functions",
  "outbound-applications",
  "webhooks",
  "ontology",
];

/** Those, and one that projects have for other things. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set([...ENVIRONMENT_FOLDERS, "resources"]);

const BUNDLE_FOLDERS = new Map([
  ["apiproxy", "apiproxies"],
  ["sharedflowbundle", "sharedflows"],
]);

/**
 * What a PATH of the command line means: an environment folder (also one with Apigee's local development
 * layout, `src/main/apigee/`), a bundle's folder or the one above it, or a bundle's zip. Throws
 * {@link CommandFailure} when it is none of them.
 */
export function mountPath(path: string): Mount[] {
  const source = resolve(path);
  if (!existsSync(source)) throw new CommandFailure(`${path} does not exist.`);
  if (!isFolder(source)) {
    if (source.endsWith(".zip") && isFile(source)) return [mountZip(source)];
    throw new CommandFailure(`${path} is neither a folder nor a zip file.`);
  }
  if (BUNDLE_FOLDERS.has(basename(source))) return [mountBundle(dirname(source), basename(source))];
  const apigee = join(source, "src", "main", "apigee");
  if (isFolder(apigee)) return [mountEnvironment(apigee)];
  const bundles = [...BUNDLE_FOLDERS.keys()].filter((name) => isFolder(join(source, name)));
  if (bundles.length > 0) return bundles.map((name) => mountBundle(source, name));
  if (isFolder(join(source, "proxies"))) return [mountBareBundle(source, "apiproxies")];
  if (holdsXml(join(source, "sharedflows"))) return [mountBareBundle(source, "sharedflows")];
  if (ENVIRONMENT_FOLDERS.some((name) => isFolder(join(source, name)))) return [mountEnvironment(source)];
  const meant = meantFolders(source).map(
    (folder) => ` Rename ${basename(folder.source)} to ${folder.meant}?`,
  );
  throw new CommandFailure(
    readdirSync(source).length === 0
      ? `${path} is empty.`
      : `${path} is neither an environment (a folder with ${ENVIRONMENT_FOLDERS.join(", ")}) ` +
          `nor a bundle (a folder with apiproxy or sharedflowbundle, or a zip file of one).${meant.join("")}`,
  );
}

/** Folders beside those of an environment that were probably meant to be one of them, and which. */
export function meantFolders(source: string): { readonly source: string; readonly meant: string }[] {
  return readdirSync(source).flatMap((name) => {
    const [meant] = OTHER_FOLDERS.has(name) ? [] : nearestNames(name, ENVIRONMENT_FOLDERS);
    const folder = join(source, name);
    return meant !== undefined && isFolder(folder) ? [{ source: folder, meant }] : [];
  });
}

/** A bundle folder or zip of that name in a folder, if there is one. */
export function findSharedFlow(folder: string, name: string): Mount | null {
  const bundle = join(folder, name);
  if (isFolder(join(bundle, "sharedflowbundle"))) return mountBundle(bundle, "sharedflowbundle");
  const zip = `${bundle}.zip`;
  return isFile(zip) ? mountZip(zip) : null;
}

/** The path of an environment's file as the user knows it: relative to where the command was started. */
export function pathOnDisk(mounts: readonly Mount[], file: string): string {
  const mount = mounts.find(({ at }) => file.startsWith(at));
  if (!mount) return file;
  const { at, source } = mount;
  // An archive's problems that are those of no single entry.
  const rest = file.slice(at.length).replace(/^\/bundle\.zip$/, "");
  return relative(process.cwd(), at.endsWith(".zip") ? source + rest : join(source, rest)) || ".";
}

function mountEnvironment(source: string): Mount {
  const watched = ENVIRONMENT_FOLDERS.map((name) => join(source, name));
  const files = watched.flatMap((folder) =>
    isFolder(folder) ? [...prefixed(`${basename(folder)}/`, readFolder(folder))] : [],
  );
  if (files.length === 0) throw new CommandFailure(`${source} holds no files.`);
  return { at: "", source, files: new Map(files), watched };
}

function mountBundle(source: string, folder: string): Mount {
  const watched = join(source, folder);
  const files = new Map(prefixed(`${folder}/`, readFolder(watched)));
  if (files.size === 0) throw new CommandFailure(`${watched} holds no files.`);
  return { at: `${BUNDLE_FOLDERS.get(folder)}/${basename(source)}/`, source, files, watched: [watched] };
}

/** A bundle whose folder has another name than `apiproxy` or `sharedflowbundle`. */
function mountBareBundle(source: string, kind: string): Mount {
  return { at: `${kind}/${basename(source)}/`, source, files: readFolder(source), watched: [source] };
}

function mountZip(source: string): Mount {
  const files = new Map([["", readSmallFile(source)]]);
  return { at: `apiproxies/${basename(source)}`, source, files, watched: [source] };
}

function holdsXml(folder: string): boolean {
  return isFolder(folder) && readdirSync(folder).some((name) => name.endsWith(".xml"));
}

function* prefixed(prefix: string, files: Map<string, Uint8Array>) {
  for (const [path, content] of files) yield [prefix + path, content] as const;
}
