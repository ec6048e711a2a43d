import type { NamedType, PublishedSignature, ScalarType, ValueType } from "./published-function.ts";
import { keyFrom } from "./values.ts";

/** A type as the REST API writes it. Foundry: "Ontology query" (`QueryDataType`). */
type QueryDataType = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A function as the REST API describes it. Foundry: "Get Query Type" (`QueryTypeV2`). */
export interface QueryType {
  readonly apiName: string;
  readonly rid: string;
  readonly version: string;
  readonly parameters: Readonly<Record<string, { readonly dataType: QueryDataType }>>;
  readonly output: QueryDataType;
  readonly typeReferences: Readonly<Record<string, never>>;
}

/** Whether a function can be executed as a query: one that edits objects is for actions. */
export function isQueryType({ output }: PublishedSignature): boolean {
  return output?.type.type !== "edits";
}

/**
 * A function as somebody may see it who must not know of all object types: without the parameters that name others, and
 * null when its result does.
 */
export function signatureFor(
  signature: PublishedSignature,
  knows: (objectType: string) => boolean,
): PublishedSignature | null {
  const { parameters, output } = signature;
  const isKnown = (type: ValueType) => objectTypesIn(type).every(knows);
  if (output !== null && !isKnown(output.type)) return null;
  return { ...signature, parameters: parameters.filter(({ type }) => isKnown(type)) };
}

function objectTypesIn(type: ValueType): string[] {
  switch (type.type) {
    case "list":
    case "set":
      return objectTypesIn(type.element);
    case "map":
      return [type.key, type.value].flatMap(objectTypesIn);
    case "struct":
      return type.fields.flatMap((field) => objectTypesIn(field.type));
    case "object":
    case "objectSet":
      return [type.objectType];
    default:
      return [];
  }
}

/** What the REST API says of a function. */
export function queryTypeOf({ name, revision, parameters, output }: PublishedSignature): QueryType {
  return {
    apiName: name,
    rid: `ri.function-registry.main.function.${name}`,
    version: revision,
    parameters: Object.fromEntries(
      parameters.map((parameter) => [parameter.name, { dataType: optionalType(parameter) }]),
    ),
    output: output === null ? { type: "void" } : optionalType(output),
    typeReferences: {},
  };
}

/** Types that the API does not have, and those that hold their values there. */
const instead: Partial<Record<ScalarType, string>> = {
  byte: "integer",
  short: "integer",
  decimal: "string",
  binary: "string",
};

function optionalType({ type, optional }: Omit<NamedType, "name">): QueryDataType {
  const dataType = dataTypeOf(type);
  return optional ? { type: "union", unionTypes: [dataType, { type: "null" }] } : dataType;
}

function dataTypeOf(type: ValueType): QueryDataType {
  switch (type.type) {
    case "list":
      return { type: "array", subType: dataTypeOf(type.element) };
    case "set":
      return { type: "set", subType: dataTypeOf(type.element) };
    case "map":
      return { type: "entrySet", keyType: dataTypeOf(type.key), valueType: dataTypeOf(type.value) };
    case "struct":
      return {
        type: "struct",
        fields: type.fields.map((field) => ({ name: field.name, fieldType: optionalType(field) })),
      };
    case "object":
    case "objectSet": {
      const { objectType } = type;
      return { type: type.type, objectApiName: objectType, objectTypeApiName: objectType };
    }
    case "edits":
      return { type: "unsupported", unsupportedType: "OntologyEdit" };
    default:
      return { type: instead[type.type] ?? type.type };
  }
}

/** A parameter of the REST API as functions take it: maps are lists of entries there. What is of another type stays. */
export function fromQueryValue(value: unknown, type: ValueType): unknown {
  if (value === null || value === undefined) return value;
  switch (type.type) {
    case "list":
    case "set":
      return Array.isArray(value) ? value.map((each) => fromQueryValue(each, type.element)) : value;
    case "map":
      if (!Array.isArray(value) || !value.every(isEntry)) return value;
      return Object.fromEntries(
        value.map((entry) => [String(entry.key), fromQueryValue(entry.value, type.value)]),
      );
    case "struct":
      return eachField(value, type.fields, fromQueryValue);
    default:
      return value;
  }
}

/** A result of a function as the REST API has it. */
export function toQueryValue(value: unknown, type: ValueType): unknown {
  if (value === null || value === undefined) return value;
  switch (type.type) {
    case "list":
    case "set":
      return (value as unknown[]).map((each) => toQueryValue(each, type.element));
    case "map":
      return Object.entries(value).map(([key, each]) => ({
        key: keyFrom(key, type.key),
        value: toQueryValue(each, type.value),
      }));
    case "struct":
      return eachField(value, type.fields, toQueryValue);
    default:
      return value;
  }
}

function eachField(value: unknown, fields: readonly NamedType[], convert: typeof toQueryValue): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const types = new Map(fields.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const type = types.get(name);
      return [name, type ? convert(each, type) : each];
    }),
  );
}

/** A key is no list and no object: as texts, several of those would be the same. */
function isEntry(
  value: unknown,
): value is { readonly key: string | number | boolean; readonly value: unknown } {
  if (typeof value !== "object" || value === null || !("key" in value && "value" in value)) return false;
  return ["string", "number", "boolean"].includes(typeof value.key);
}
