import type { Report } from "../documents/report.ts";
import type { PropertySets } from "../flow/property-sets.ts";
import type { ResourceFiles } from "../policies/resources.ts";
import { Late } from "../text/late.ts";
import { decodeUtf8 } from "../text/utf8.ts";
import type { BundleFile } from "./root.ts";

/** Reads a property set. */
export const propertySetReader = new Late(() => import("./property-set.ts"));

/** The resource files of a bundle or an environment. */
export function readResources(files: readonly BundleFile[]): ResourceFiles {
  return new Map(files.map((file) => [file.place.slice("resources/".length), file]));
}

/**
 * The property sets among resource files: `resources/properties/SET.properties`, by SET. Warns of PropertySetNotUtf8.
 */
export function readPropertySets(files: readonly BundleFile[], report: Report): PropertySets {
  const sets = new Map<string, ReadonlyMap<string, string>>();
  for (const { path, place, content } of files) {
    const name = /^resources\/properties\/([^/]+)\.properties$/.exec(place)?.[1];
    if (name === undefined) continue;
    const text = decodeUtf8(content);
    if (text === null) {
      report.warning(
        "PropertySetNotUtf8",
        { file: path, line: 1, column: 1 },
        "The file holds bytes that are not UTF-8; it is read as ISO 8859-1, as Java reads such files.",
        "Save the file as UTF-8.",
      );
    }
    const { readPropertySet } = propertySetReader.get();
    sets.set(name, readPropertySet(text ?? Buffer.from(content).toString("latin1"), path, report));
  }
  return sets;
}
