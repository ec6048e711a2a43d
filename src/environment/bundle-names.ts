import type { Bundle } from "../bundle/model.ts";

/** A bundle and the folder that holds it in an environment. */
export interface PlacedBundle {
  readonly folder: string;
  readonly bundle: Bundle;
}

/** The name of a bundle's folder: `orders-v1` for `apiproxies/orders-v1/` and for `apiproxies/orders-v1.zip/`. */
export function folderName(folder: string): string {
  const [, name = ""] = folder.split("/");
  return name.replace(/\.zip$/, "");
}

/**
 * The names that others know a bundle by: that of its descriptor, and for a shared flow also that of its folder,
 * under which it was deployed. Its descriptor's is missing where that has none.
 */
export function namesOf({ bundle, folder }: PlacedBundle): readonly string[] {
  const names = bundle.kind === "sharedflow" ? [bundle.name, folderName(folder)] : [bundle.name];
  return [...new Set(names)].filter((name) => name !== "");
}
