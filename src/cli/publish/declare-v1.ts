import type { OntologyDefinition, PropertyDefinition } from "../../ontology/file-schema.ts";
import { type ObjectType, Ontology } from "../../ontology/ontology.ts";
import { comment } from "./declare-ontology.ts";

const IMPORTS = `import type { LocalDate, MultiLink, ObjectSet, SingleLink, Timestamp } from "@foundry/functions-api";`;

/** Declares an ontology's object types as `@foundry/ontology-api` exports them (TypeScript v1). */
export function declareVersion1(definition: OntologyDefinition): string {
  const types = [...new Ontology("", definition).objectTypes.values()];
  const methods = (of: (type: ObjectType) => string) =>
    types.map((type) => `    ${small(type.apiName)}${of(type)};`).join("\n");
  return `${IMPORTS}

${types.map(declareType).join("\n\n")}

export const Objects: {
  search(): {
${methods(({ apiName }) => `(objects?: readonly ${apiName}[]): ObjectSet<${apiName}>`)}
  };
  create(): {
${methods((type) => `(${type.primaryKey}: ${typeOf(type.properties[type.primaryKey])}): ${type.apiName}`)}
  };
};`;
}

function declareType(type: ObjectType): string {
  const { apiName, primaryKey, properties, links } = type;
  const fields = Object.entries(properties).map(([name, property]) =>
    name === primaryKey
      ? `  readonly ${name}: ${typeOf(property)};`
      : `  ${name}: ${typeOf(property)} | undefined;`,
  );
  const sides = [...links.values()].map(
    (link) =>
      `  readonly ${link.apiName}: ${link.cardinality === "ONE" ? "SingleLink" : "MultiLink"}<${link.target}>;`,
  );
  return `${comment(type)}export interface ${apiName} {
  readonly typeId: ${JSON.stringify(apiName)};
  readonly primaryKey: ${typeOf(properties[primaryKey])};
${[...fields, ...sides].join("\n")}
  delete(): void;
}
export const ${apiName}: { readonly type: "object"; readonly apiName: ${JSON.stringify(apiName)} };`;
}

function small(apiName: string): string {
  return apiName.charAt(0).toLowerCase() + apiName.slice(1);
}

function typeOf(property: PropertyDefinition | { readonly type: string } | undefined): string {
  switch (property?.type) {
    case "array":
      return `readonly ${typeOf("items" in property ? property.items : undefined)}[]`;
    case "struct":
      return `{ ${Object.entries("fields" in property ? property.fields : {})
        .map(([name, field]) => `${name}?: ${typeOf(field)}`)
        .join("; ")} }`;
    case "boolean":
      return "boolean";
    case "byte":
    case "short":
    case "integer":
    case "float":
    case "double":
      return "number";
    case "date":
      return "LocalDate";
    case "timestamp":
      return "Timestamp";
    case "geopoint":
      return "unknown";
    default:
      return "string";
  }
}
