import type { ActionElement, ActionParameter, ActionType } from "../../ontology/action-type-schema.ts";
import { comment } from "./declare-ontology.ts";

/** Declares an action type of `@ontology/sdk`, for `client(action).applyAction(…)`. */
export function declareAction(name: string, action: ActionType): string {
  const { parameters } = action;
  const fields = Object.entries(parameters).map(([id, parameter]) => {
    const isOptional = !parameter.required || parameter.default !== undefined;
    return `    readonly ${id}${isOptional ? "?" : ""}: ${typeOf(parameter)};`;
  });
  return `export namespace ${name} {
  export interface Params {
${fields.join("\n")}
  }
  export interface Signatures {
    applyAction<OP extends $ApplyActionOptions>(
      args: Params,
      options?: OP,
    ): Promise<$ActionReturnTypeForOptions<OP>>;
    batchApplyAction<OP extends $ApplyBatchActionOptions>(
      args: readonly Params[],
      options?: OP,
    ): Promise<$ActionReturnTypeForOptions<OP>>;
  }
}
${comment(action)}export interface ${name} extends $ActionDefinition<${name}.Signatures> {
  type: "action";
  apiName: ${JSON.stringify(name)};
}
export const ${name}: ${name};`;
}

function typeOf(parameter: ActionParameter | ActionElement): string {
  switch (parameter.type) {
    case "array":
      return `readonly (${typeOf(parameter.items)})[]`;
    case "object":
      return `$ActionParam.ObjectType<${parameter.objectType}>`;
    case "objectSet":
      return `$ActionParam.ObjectSetType<${parameter.objectType}>`;
    case "struct": {
      const fields = Object.entries(parameter.fields).map(
        ([name, field]) => `readonly ${name}${field.required ? "" : "?"}: ${typeOf(field as ActionElement)}`,
      );
      return `{ ${fields.join("; ")} }`;
    }
    case "date":
      return '$ActionParam.PrimitiveType<"datetime">';
    default:
      return `$ActionParam.PrimitiveType<"${parameter.type}">`;
  }
}
