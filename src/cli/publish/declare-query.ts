import type { NamedType, ValueType } from "../../functions/published-function.ts";
import type { Signature } from "./read-signature.ts";

/** Declares a function as a query of `@ontology/sdk`, for `client(query).executeFunction(…)`. */
export function declareQuery(name: string, { parameters, output }: Signature): string {
  const fields = parameters.map((parameter) => `    ${field(parameter, "$QueryParam")};`);
  const isOptional = parameters.every(({ optional }) => optional);
  const given = parameters.length === 0 ? "" : `params${isOptional ? "?" : ""}: Parameters`;
  const result = output === null ? "void" : optional(typeOf(output.type, "$QueryResult"), output.optional);
  return `export namespace ${name} {
  export interface Parameters {
${fields.join("\n")}
  }
  export interface Signature {
    (${given}): Promise<${result}>;
  }
}
export interface ${name} extends $QueryDefinition<${name}.Signature> {
  type: "query";
  apiName: ${JSON.stringify(name)};
}
export const ${name}: ${name};`;
}

/** Where the types of objects and of sets of them are. */
type Side = "$QueryParam" | "$QueryResult";

function field({ name, type, optional: isOptional }: NamedType, side: Side): string {
  return `readonly ${JSON.stringify(name)}${isOptional ? "?" : ""}: ${optional(typeOf(type, side), isOptional)}`;
}

function optional(type: string, isOptional: boolean): string {
  return isOptional ? `${type} | undefined` : type;
}

function typeOf(type: ValueType, side: Side): string {
  switch (type.type) {
    case "list":
    case "set":
      return `readonly (${typeOf(type.element, side)})[]`;
    case "map":
      return `Readonly<Partial<Record<string, ${typeOf(type.value, side)}>>>`;
    case "struct":
      return `{ ${type.fields.map((each) => field(each, side)).join("; ")} }`;
    case "object":
      return `${side}.ObjectType<${type.objectType}>`;
    case "objectSet":
      return `${side}.ObjectSetType<${type.objectType}>`;
    case "boolean":
      return "boolean";
    case "byte":
    case "short":
    case "integer":
    case "float":
    case "double":
      return "number";
    default:
      return "string";
  }
}
