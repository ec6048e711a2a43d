import type {
  ObjectTypeDefinition,
  OntologyDefinition,
  PropertyDefinition,
} from "../../ontology/file-schema.ts";
import type { LinkSide, ObjectType } from "../../ontology/ontology.ts";
import { Ontology } from "../../ontology/ontology.ts";

/** What declarations take from the client's types. The names begin with `$`, as no name of an ontology does. */
export const IMPORTS = `import type {
  ActionDefinition as $ActionDefinition,
  ActionParam as $ActionParam,
  ActionReturnTypeForOptions as $ActionReturnTypeForOptions,
  ApplyActionOptions as $ApplyActionOptions,
  ApplyBatchActionOptions as $ApplyBatchActionOptions,
  ObjectMetadata as $ObjectMetadata,
  ObjectSet as $ObjectSet,
  ObjectTypeDefinition as $ObjectTypeDefinition,
  Osdk as $Osdk,
  PropertyDef as $PropertyDef,
  PropertyValueWireToClient as $PropType,
  QueryDefinition as $QueryDefinition,
  QueryParam as $QueryParam,
  QueryResult as $QueryResult,
  SingleLinkAccessor as $SingleLinkAccessor,
} from "@osdk/client";
`;

/** Declares an ontology's object types as `@ontology/sdk` exports them, for `@osdk/client`. */
export function declareObjectTypes(environment: string, definition: OntologyDefinition): string {
  const { objectTypes, rid } = new Ontology(environment, definition);
  return [
    `/** What \`createClient\` takes. */\nexport const $ontologyRid: ${text(rid)};`,
    ...[...objectTypes.values()].map(declareObjectType),
  ].join("\n\n");
}

function declareObjectType(type: ObjectType): string {
  const { apiName, primaryKey, properties, links } = type;
  const all = Object.entries(properties);
  const sides = [...links.values()];
  const props = all.map(
    ([name, property]) =>
      `    readonly ${name}: ${clientType(property)}${name === primaryKey ? "" : " | undefined"};`,
  );
  return `export namespace ${apiName} {
  export type PropertyKeys = ${all.map(([name]) => text(name)).join(" | ")};
  export interface Links {
${sides.map((side) => `    readonly ${side.apiName}: ${linkType(side)};`).join("\n")}
  }
  export interface Props {
${props.join("\n")}
  }
  export type StrictProps = Props;
  export interface ObjectSet extends $ObjectSet<${apiName}, ${apiName}.ObjectSet> {}
  export type OsdkInstance<
    OPTIONS extends never | "$rid" = never,
    K extends keyof ${apiName}.Props = keyof ${apiName}.Props,
  > = $Osdk.Instance<${apiName}, OPTIONS, K>;
}

${comment(type)}export interface ${apiName} extends $ObjectTypeDefinition {
  type: "object";
  apiName: ${text(apiName)};
  primaryKeyApiName: ${text(primaryKey)};
  primaryKeyType: ${keyType(type)};
  __DefinitionMetadata?: {
    objectSet: ${apiName}.ObjectSet;
    props: ${apiName}.Props;
    linksType: ${apiName}.Links;
    strictProps: ${apiName}.StrictProps;
    type: "object";
    apiName: ${text(apiName)};
    displayName: string;
    pluralDisplayName: string;
    description: string | undefined;
    rid: string;
    icon: $ObjectMetadata["icon"];
    status: $ObjectMetadata["status"];
    visibility: $ObjectMetadata["visibility"];
    implements: [];
    interfaceMap: {};
    inverseInterfaceMap: {};
    links: {
${sides.map((side) => `      ${side.apiName}: $ObjectMetadata.Link<${side.target}, ${side.cardinality === "MANY"}>;`).join("\n")}
    };
    primaryKeyApiName: ${text(primaryKey)};
    primaryKeyType: ${keyType(type)};
    titleProperty: ${text(type.titleProperty)};
    properties: {
${all.map(([name, property]) => `      ${name}: ${propertyDef(property, name === primaryKey)};`).join("\n")}
    };
  };
}
export const ${apiName}: ${apiName};`;
}

function linkType({ cardinality, target }: LinkSide): string {
  return cardinality === "ONE" ? `$SingleLinkAccessor<${target}>` : `${target}.ObjectSet`;
}

function keyType({ properties, primaryKey }: ObjectTypeDefinition): string {
  return text(wireName(properties[primaryKey]?.type ?? "string"));
}

/** The client's name for a type: a date is a `datetime`. */
function wireName(type: string): string {
  return type === "date" ? "datetime" : type;
}

/** The type of a property's value in code. */
function clientType(property: PropertyDefinition): string {
  switch (property.type) {
    case "array":
      return `$PropType[${text(wireName(property.items.type))}][]`;
    case "struct": {
      const fields = Object.entries(property.fields);
      return `{ ${fields.map(([name, { type }]) => `${name}: $PropType[${text(wireName(type))}] | undefined`).join("; ")} }`;
    }
    default:
      return `$PropType[${text(wireName(property.type))}]`;
  }
}

function propertyDef(property: PropertyDefinition, isKey: boolean): string {
  const more = `"${isKey ? "non-nullable" : "nullable"}", "${property.type === "array" ? "array" : "single"}"`;
  return `$PropertyDef<${wireType(property)}, ${more}>`;
}

function wireType(property: PropertyDefinition): string {
  switch (property.type) {
    case "array":
      return text(wireName(property.items.type));
    case "struct": {
      const fields = Object.entries(property.fields);
      return `{ ${fields.map(([name, { type }]) => `${name}: ${text(wireName(type))}`).join("; ")} }`;
    }
    default:
      return text(wireName(property.type));
  }
}

interface Described {
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
}

/** A description as editors show it. */
export function comment({ displayName, description }: Described): string {
  const words = [displayName, description].filter((each) => each !== undefined).join(": ");
  return words === "" ? "" : `/** ${words.replaceAll("*/", "*\\/").replaceAll(/\s+/g, " ")} */\n`;
}

const text = (value: string): string => JSON.stringify(value);
