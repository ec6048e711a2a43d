import { nearestNames } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import type { BundleFile, BundleFiles } from "./root.ts";

/** The folders of XML files that each kind of bundle has; all have `resources/TYPE/` besides. */
const XML_FOLDERS: Readonly<Record<BundleFiles["kind"], readonly string[]>> = {
  apiproxy: ["proxies", "targets", "policies"],
  sharedflow: ["sharedflows", "policies"],
};

/**
 * A bundle's files by folder: XML files at the root (folder "") and in the bundle's folders, and all of
 * `resources/TYPE/`. Warns of any other file: UnknownFile.
 */
export function sortIntoFolders({ kind, files }: BundleFiles, report: Report): Map<string, BundleFile[]> {
  const known = XML_FOLDERS[kind];
  const folders = new Map<string, BundleFile[]>();
  for (const file of files) {
    const [folder = "", ...rest] = file.place.includes("/") ? file.place.split("/") : ["", file.place];
    // Written by Apigee's export; it repeats what the files say.
    if (folder === "manifests") continue;
    const isResource = folder === "resources" && rest.length > 1;
    const isXml =
      (folder === "" || known.includes(folder)) && rest.length === 1 && /\.xml$/i.test(file.place);
    if (isResource || isXml) {
      const siblings = folders.get(folder);
      if (siblings === undefined) folders.set(folder, [file]);
      else siblings.push(file);
    } else reportUnknownFile(file.path, remedyFor(folder, rest, known), report);
  }
  return folders;
}

/** @param remedy what to do about it */
export function reportUnknownFile(path: string, remedy: string, report: Report): void {
  report.warning("UnknownFile", { file: path, line: 1, column: 1 }, "The file has no effect.", remedy);
}

function remedyFor(folder: string, rest: readonly string[], known: readonly string[]): string {
  const name = rest.at(-1) ?? "";
  if (folder === "resources") return `Move it to resources/TYPE/${name}, or remove it.`;
  if (known.includes(folder)) {
    return rest.length > 1
      ? `Move it to ${folder}/${name}: files in folders below are not read. Otherwise remove it.`
      : `Give it a name that ends in .xml if it belongs to the bundle. Otherwise remove it.`;
  }
  const meant = folder === "" ? undefined : nearestNames(folder, [...known, "resources"])[0];
  return meant === undefined
    ? `Remove it, or move it to ${known.map((each) => `${each}/`).join(", ")} or resources/TYPE/.`
    : `Did you mean ${[meant, ...rest].join("/")}? Otherwise remove it.`;
}
