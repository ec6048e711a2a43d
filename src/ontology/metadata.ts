import type { PropertyDefinition, PropertyType } from "./file-schema.ts";
import type { LinkSide, ObjectType, Ontology } from "./ontology.ts";

/** What the API answers about an ontology itself. */

/** Foundry: "OntologyV2". */
export function ontologyV2({ apiName, rid }: Ontology) {
  return { apiName, displayName: "Ontology", description: "", rid };
}

/** Foundry: "ObjectTypeV2". */
export function objectTypeV2(type: ObjectType) {
  const { apiName, displayName = apiName, description, pluralDisplayName = displayName } = type;
  const { primaryKey, titleProperty } = type;
  return {
    apiName,
    displayName,
    status: "ACTIVE",
    ...(description !== undefined && { description }),
    pluralDisplayName,
    icon: { type: "blueprint", color: "#4C90F0", name: "cube" },
    primaryKey,
    properties: Object.fromEntries(
      Object.entries(type.properties).map(([name, property]) => [name, propertyV2(apiName, name, property)]),
    ),
    rid: `ri.ontology.main.object-type.${apiName}`,
    titleProperty,
    visibility: "NORMAL",
  };
}

/** Foundry: "PropertyV2". */
function propertyV2(objectType: string, name: string, property: PropertyDefinition) {
  const { displayName = name, description } = property;
  return {
    ...(description !== undefined && { description }),
    displayName,
    dataType: dataType(property, `${objectType}.${name}`),
    rid: `ri.ontology.main.property.${objectType}.${name}`,
    status: { type: "active" },
    visibility: "NORMAL",
    typeClasses: [],
  };
}

/** Foundry: "ObjectPropertyType". */
function dataType(type: PropertyType, path: string): Readonly<Record<string, unknown>> {
  if (type.type === "array") return { type: "array", subType: dataType(type.items, path), reducers: [] };
  if (type.type !== "struct") return { type: type.type };
  return {
    type: "struct",
    structFieldTypes: Object.entries(type.fields).map(([apiName, field]) => ({
      apiName,
      rid: `ri.ontology.main.struct-field.${path}.${apiName}`,
      dataType: dataType(field, path),
      typeClasses: [],
    })),
  };
}

/** Foundry: "LinkTypeSideV2". */
export function linkTypeSideV2({
  apiName,
  displayName = apiName,
  linkType,
  target,
  cardinality,
  end,
}: LinkSide) {
  const { foreignKey } = linkType.from;
  return {
    apiName,
    displayName,
    status: "ACTIVE",
    objectTypeApiName: target,
    cardinality,
    ...(foreignKey !== undefined && end === "from" && { foreignKeyPropertyApiName: foreignKey }),
    linkTypeRid: `ri.ontology.main.link-type.${linkType.apiName}`,
  };
}

/** Foundry: "ObjectTypeFullMetadata". */
export function objectTypeFullMetadata(type: ObjectType) {
  return {
    objectType: objectTypeV2(type),
    linkTypes: [...type.links.values()].map(linkTypeSideV2),
    implementsInterfaces: [],
    implementsInterfaces2: {},
    sharedPropertyTypeMapping: {},
  };
}

/** Foundry: "OntologyFullMetadata". `actionTypes` and `queryTypes` are added by those who know them. */
export function ontologyFullMetadata(ontology: Ontology, objectTypes = [...ontology.objectTypes.values()]) {
  return {
    ontology: ontologyV2(ontology),
    objectTypes: Object.fromEntries(objectTypes.map((type) => [type.apiName, objectTypeFullMetadata(type)])),
    actionTypes: {},
    queryTypes: {},
    interfaceTypes: {},
    sharedPropertyTypes: {},
    valueTypes: {},
  };
}
