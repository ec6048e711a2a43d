import type { Report } from "../xml/report.ts";
import { readPropertySet } from "./property-set.ts";
import type { BundleFile } from "./root.ts";

/** A bundle's resource files, as `type/file` to content. */
export function readResources(files: readonly BundleFile[]): Map<string, Uint8Array> {
  return new Map(files.map(({ place, content }) => [place.slice("resources/".length), content]));
}

/** The property sets among a bundle's resource files: `resources/properties/SET.properties`, by SET. */
export function readPropertySets(
  files: readonly BundleFile[],
  report: Report,
): Map<string, ReadonlyMap<string, string>> {
  const sets = new Map<string, ReadonlyMap<string, string>>();
  for (const { path, place, content } of files) {
    const name = /^resources\/properties\/([^/]+)\.properties$/.exec(place)?.[1];
    if (name === undefined) continue;
    const text = decode(content);
    if (text !== null) sets.set(name, readPropertySet(text, path, report));
    else {
      const at = { file: path, line: 1, column: 1 };
      report.error(
        "PropertySetInvalid",
        at,
        "The file holds bytes that are not UTF-8.",
        "Save the file as UTF-8.",
      );
    }
  }
  return sets;
}

function decode(content: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(content);
  } catch {
    return null;
  }
}
