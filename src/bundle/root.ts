import { nearestNames } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";

/** A bundle's files, with their paths below `apiproxy/` or `sharedflowbundle/`. */
export interface BundleFiles {
  readonly kind: "apiproxy" | "sharedflow";
  readonly files: readonly BundleFile[];
}

export interface BundleFile {
  /** Where it was given, for problems. */
  readonly path: string;
  /** Below the bundle's root, as in `policies/Verify.xml`. */
  readonly place: string;
  readonly content: Uint8Array;
}

const KINDS: ReadonlyMap<string, BundleFiles["kind"]> = new Map([
  ["apiproxy", "apiproxy"],
  ["sharedflowbundle", "sharedflow"],
]);

/** What desktop systems leave behind in folders and archives. */
const DESKTOP_JUNK = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$)/;

/**
 * The files of the one bundle among the given ones: below `apiproxy/` or `sharedflowbundle/`, at the top or in
 * one parent folder, or at the top themselves (`proxies/…`). Null when there is none (BundleMissing) or more
 * than one (BundleAmbiguous).
 */
export function findBundle(files: ReadonlyMap<string, Uint8Array>, report: Report): BundleFiles | null {
  const useful = new Map([...files].filter(([path]) => !DESKTOP_JUNK.test(path)));
  const roots = findRoots([...useful.keys()]);
  const [root, second] = roots;
  const whole = { file: ".", line: 1, column: 1 };
  if (root === undefined) {
    const message = "There is neither an apiproxy nor a sharedflowbundle folder.";
    report.error("BundleMissing", whole, message, remedyFor([...useful.keys()]));
    return null;
  }
  if (second !== undefined) {
    const folders = roots.map(({ prefix }) => `"${prefix}"`).join(" and ");
    report.error(
      "BundleAmbiguous",
      whole,
      `There is more than one bundle: ${folders}.`,
      "Deploy them one by one.",
    );
    return null;
  }
  return {
    kind: root.kind,
    files: [...useful]
      .filter(([path]) => path.startsWith(root.prefix))
      .map(([path, content]) => ({ path, place: path.slice(root.prefix.length), content })),
  };
}

function remedyFor(paths: readonly string[]): string {
  const folders = new Set(paths.flatMap((path) => path.split("/").slice(0, 2)));
  for (const folder of folders) {
    const [meant] = nearestNames(folder, KINDS.keys());
    if (meant !== undefined) return `Rename the folder ${folder} to ${meant}.`;
  }
  return "Give the folder with the bundle's files one of these names, or pack the folder that holds it.";
}

interface Root {
  readonly prefix: string;
  readonly kind: BundleFiles["kind"];
}

function findRoots(paths: string[]): Root[] {
  for (const depth of [0, 1]) {
    const roots = new Map<string, Root>();
    for (const path of paths) {
      const folders = path.split("/").slice(0, -1);
      const kind = KINDS.get(folders[depth] ?? "");
      if (kind === undefined) continue;
      const prefix = `${folders.slice(0, depth + 1).join("/")}/`;
      roots.set(prefix, { prefix, kind });
    }
    if (roots.size > 0) return [...roots.values()];
  }
  const isBelow = (folder: string) => paths.some((path) => path.startsWith(folder));
  if (isBelow("proxies/")) return [{ prefix: "", kind: "apiproxy" }];
  if (isBelow("sharedflows/")) return [{ prefix: "", kind: "sharedflow" }];
  return [];
}
