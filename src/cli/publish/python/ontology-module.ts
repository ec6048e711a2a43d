import type { OntologyDefinition } from "../../../ontology/file-schema.ts";
import { Ontology } from "../../../ontology/ontology.ts";

/** The file that tells `ontology_sdk` what the object types are, beside the function's own files. */
export const ONTOLOGY_MODULE = "_sortie_ontology.py";

/**
 * Object types with their properties and links, as Python. All of them, since links lead from one to the other.
 * @param definition without errors
 */
export function ontologyModule(definition: OntologyDefinition): string {
  const { objectTypes } = new Ontology("", definition);
  const facts = Object.fromEntries(
    [...objectTypes].map(([apiName, { primaryKey, properties, links }]) => [
      apiName,
      {
        primaryKey,
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, property]) => [name, typeOf(property)]),
        ),
        links: Object.fromEntries(
          [...links.values()].map(({ apiName: link, target, cardinality, linkType }) => [
            link,
            {
              target,
              many: cardinality === "MANY",
              foreignKey: cardinality === "ONE" ? linkType.from.foreignKey : null,
            },
          ]),
        ),
      },
    ]),
  );
  // A JSON string is a string of Python, too.
  const text = JSON.stringify(JSON.stringify(facts));
  return `"""Made from the ontology of the environment."""\n\nimport json\n\nOBJECT_TYPES = json.loads(${text})\n`;
}

type Property = OntologyDefinition["objectTypes"][string]["properties"][string];

/** A property's type without what people read of it. */
function typeOf(property: Property): unknown {
  switch (property.type) {
    case "array":
      return { type: property.type, items: property.items };
    case "struct":
      return { type: property.type, fields: property.fields };
    default:
      return { type: property.type };
  }
}
