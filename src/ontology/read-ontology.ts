import type { PlacedValue, ValueProblem } from "../documents/checked-value.ts";
import type { ValuePath } from "../documents/known-fields.ts";
import type { Report } from "../documents/report.ts";
import { readYaml } from "../documents/yaml-schema.ts";
import { checkOntology, type ReadOntology } from "./check-ontology.ts";
import { type OntologyDefinition, ontologyFileSchema } from "./file-schema.ts";

const FOLDER = "ontology/";

/**
 * The ontology of an environment, from `ontology/*.yaml`, and everything that is wrong with it. Null when there are no
 * such files or one of them cannot be read. Foundry: "Ontology".
 *
 * Problems: UnknownFile, InvalidYAML, InvalidValue, UnknownField, NotSupportedYet, InvalidName, DuplicateDefinition
 * and those of {@link checkOntology}.
 *
 * @param files the files of all environments by path
 */
export function readOntology(files: ReadonlyMap<string, Uint8Array>, report: Report): ReadOntology | null {
  const paths = [...files.keys()].filter((path) => path.startsWith(FOLDER)).sort();
  const errorsBefore = report.errorCount;
  const read = paths.flatMap((path) => {
    if (/^[^/]+\.yaml$/.test(path.slice(FOLDER.length))) {
      return readYaml(path, files.get(path) ?? new Uint8Array(), ontologyFileSchema, report, refused) ?? [];
    }
    report.warning(
      "UnknownFile",
      { file: path, line: 1, column: 1 },
      "The file has no effect.",
      `Remove it, or name it ${FOLDER}NAME.yaml.`,
    );
    return [];
  });
  // What a file that cannot be read would define is not missing.
  if (read.length === 0 || report.errorCount > errorsBefore) return null;
  const ontology = merged(read, report);
  checkOntology(ontology, report);
  return report.errorCount > errorsBefore ? null : ontology;
}

/** What all files define. Reports DuplicateDefinition. */
function merged(
  files: readonly (PlacedValue & { readonly value: OntologyDefinition })[],
  report: Report,
): ReadOntology {
  const definition: OntologyDefinition = { objectTypes: {}, linkTypes: {}, actionTypes: {} };
  const owners = new Map<string, PlacedValue>();
  for (const file of files) {
    for (const [kind, types] of Object.entries(file.value) as [keyof OntologyDefinition, object][]) {
      for (const name of Object.keys(types)) {
        const key = `${kind}.${name}`;
        const other = owners.get(key)?.atName([kind, name]);
        if (!other) owners.set(key, file);
        else {
          const message = `${other.file} defines ${name} as well.`;
          report.error("DuplicateDefinition", file.atName([kind, name]), message, "Take one of them out.");
        }
      }
      Object.assign(definition[kind], types);
    }
  }
  const [first] = files;
  const ownerOf = ([kind, name]: ValuePath) => owners.get(`${kind}.${name}`) ?? (first as PlacedValue);
  return {
    definition,
    places: { at: (path) => ownerOf(path).at(path), atName: (path) => ownerOf(path).atName(path) },
  };
}

/** Property types of Foundry's that are not there, and names that no record of a program should have. */
function refused(value: unknown, at: ValuePath): ValueProblem | null {
  const last = at.at(-1);
  if (last === "constructor" || last === "prototype" || last === "__proto__") {
    return {
      code: "InvalidName",
      message: `${last} cannot be a name here: JavaScript has it already.`,
      remedy: "Use another name.",
    };
  }
  if (last === "type" && at.includes("properties") && notSupported.has(value)) {
    return {
      code: "NotSupportedYet",
      message: `Properties of the type ${value} are not supported yet.`,
      remedy: "Take it out.",
    };
  }
  if (last === "type" && at[2] === "parameters" && notForParameters.has(value)) {
    return {
      code: "NotSupportedYet",
      message: `Parameters of the type ${value} are not supported yet.`,
      remedy: "Take it out.",
    };
  }
  return null;
}

const notSupported: ReadonlySet<unknown> = new Set([
  ...["attachment", "mediaReference", "marking", "cipherText", "geoshape"],
  ...["timeseries", "geotimeSeriesReference", "vector"],
]);

const notForParameters: ReadonlySet<unknown> = new Set([
  ...["attachment", "mediaReference", "marking", "geohash", "geoshape", "vector"],
  ...["objectType", "interfaceObject"],
]);
