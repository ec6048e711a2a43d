import { folderName } from "./bundle-names.ts";

/** What something in an environment may refer to by name: folders of bundles and functions, and target servers. */
export type PartKind = "apiproxies" | "sharedflows" | "functions" | "targetservers";

/** A part by its kind and name, such as `sharedflows/audit`. */
export type PartName = `${PartKind}/${string}`;

/** Names of what an environment's files hold and the environment does not have. */
export interface MissingParts {
  /** Those that are wrong, which has been reported: that they are not there is no news. */
  readonly wrong: ReadonlySet<PartName>;
  /** Those that `deployments.json` does not name. */
  readonly leftOut: ReadonlySet<PartName>;
}

/** The part that a bundle's folder holds. The zip of a shared flow may stand among the proxies. */
export function partIn(folder: string): PartName {
  return `${folder.startsWith("sharedflows/") ? "sharedflows" : "apiproxies"}/${folderName(folder)}`;
}
