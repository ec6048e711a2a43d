import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { OntologyDefinition } from "../../ontology/file-schema.ts";
import { type ObjectType, Ontology } from "../../ontology/ontology.ts";
import { ONTOLOGY_API, ONTOLOGY_SDK } from "./library.ts";
import type { SourceFile } from "./source-file.ts";

/** The ontology of an environment, as its functions can know it. */
export interface KnownOntology {
  /** Null when there is none. */
  readonly definition: OntologyDefinition | null;
  /** Whether there is one with errors, which are reported elsewhere. */
  readonly isWrong: boolean;
  /** The names of functions and webhooks, which are queries. */
  readonly queries: ReadonlySet<string>;
}

/** The names that `@ontology/sdk` exports, each with what it is. */
export function definitionsOf({
  objectTypes,
  actionTypes,
}: OntologyDefinition): ReadonlyMap<string, "object" | "action"> {
  return new Map([
    ...Object.keys(objectTypes).map((name) => [name, "object"] as const),
    ...Object.keys(actionTypes).map((name) => [name, "action"] as const),
  ]);
}

/** The module that stands in for `@ontology/sdk`, with these names. */
export function definitionsModule(names: Iterable<string>, ontology: KnownOntology): string {
  const kindOf = kindsIn(ontology);
  return [...new Set(names)]
    .map((name, index) => {
      const definition = JSON.stringify({ type: kindOf.get(name) ?? "object", apiName: name });
      return `const definition${index} = ${definition}; export { definition${index} as ${JSON.stringify(name)} };`;
    })
    .join("\n");
}

/** The names that functions can import, each with what it is. */
function kindsIn({ definition, queries }: KnownOntology): ReadonlyMap<string, string> {
  const functions = [...queries].map((name) => [name, "query"] as const);
  return new Map([...functions, ...(definition ? definitionsOf(definition) : [])]);
}

/** The module that stands in for `@foundry/ontology-api`. */
export function ontologyApiModule(ontology: KnownOntology): string {
  if (!ontology.definition) return "";
  const { objectTypes } = new Ontology("", ontology.definition);
  const types = Object.fromEntries([...objectTypes].map(([name, type]) => [name, factsOf(type)]));
  return [
    'import { objectsOf } from "sortie:runtime/ontology-api.ts";',
    `export const Objects = objectsOf(${JSON.stringify(types)});`,
    definitionsModule(objectTypes.keys(), ontology),
  ].join("\n");
}

function factsOf({ apiName, primaryKey, properties, links }: ObjectType) {
  return {
    apiName,
    primaryKey,
    properties: Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type])),
    links: Object.fromEntries(
      [...links.values()].map((link) => [
        link.apiName,
        { target: link.target, many: link.cardinality === "MANY" },
      ]),
    ),
  };
}

/** The names that a file imports from a module. */
export function namesFrom(module: string, file: SourceFile | null): string[] {
  return [...(file?.imports.values() ?? [])].flatMap((imported) =>
    imported.module === module && imported.name !== "*" ? imported.name : [],
  );
}

/** Reports UnknownDefinition: a name that a file imports and that the ontology does not define. */
export function checkDefinitions(file: SourceFile, ontology: KnownOntology, report: Report): void {
  if (ontology.isWrong) return;
  const known = [...kindsIn(ontology).keys()];
  for (const statement of file.body) {
    if (statement.type !== "ImportDeclaration") continue;
    const module = statement.source.value;
    if (module !== ONTOLOGY_SDK && module !== ONTOLOGY_API) continue;
    for (const specifier of statement.specifiers) {
      const name = file.imports.get(specifier.local.name)?.name;
      if (name === undefined || name === "*" || known.includes(name)) continue;
      if (module === ONTOLOGY_API && name === "Objects") continue;
      report.error(
        "UnknownDefinition",
        file.at(specifier),
        `The ontology defines no ${name}.`,
        didYouMean(name, known, "define it in a file of ontology/."),
      );
    }
  }
}
