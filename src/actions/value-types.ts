import type { NamedType, ScalarType, ValueType } from "../functions/published-function.ts";
import type {
  ActionElement,
  ActionParameter,
  ActionType,
  ActionValue,
} from "../ontology/action-type-schema.ts";
import { own } from "../ontology/own.ts";

/** What a parameter of an action type holds, in the types of functions: an object is known by its primary key. */
export function typeOfParameter(parameter: ActionParameter | ActionElement): ValueType {
  switch (parameter.type) {
    case "array":
      return { type: "list", element: typeOfParameter(parameter.items) };
    case "struct":
      return { type: "struct", fields: Object.entries(parameter.fields).map(fieldType) };
    case "object":
    case "objectSet":
      return { type: parameter.type, objectType: parameter.objectType };
    default:
      return { type: parameter.type };
  }
}

function fieldType([name, field]: [string, ActionElement & { required: boolean }]): NamedType {
  return { name, type: typeOfParameter(field), optional: !field.required };
}

/** What a number can become beside what it is. Whether it is too large is known when it is there. */
const wider: Partial<Record<ScalarType, readonly ScalarType[]>> = {
  integer: ["byte", "short", "long", "float", "double", "decimal"],
  long: ["decimal"],
  double: ["float", "decimal"],
};

/** Whether values of one type can be used where another is wanted. */
export function fits(given: ValueType, wanted: ValueType): boolean {
  switch (given.type) {
    case "list":
    case "set":
      return (wanted.type === "list" || wanted.type === "set") && fits(given.element, wanted.element);
    case "struct":
      return wanted.type === "struct" && structFits(given.fields, wanted.fields);
    case "object":
    case "objectSet":
      return wanted.type === given.type && wanted.objectType === given.objectType;
    case "map":
    case "edits":
      return false;
    default:
      return given.type === wanted.type || (wider[given.type] ?? []).some((type) => type === wanted.type);
  }
}

function structFits(given: readonly NamedType[], wanted: readonly NamedType[]): boolean {
  return wanted.every(({ name, type, optional }) => {
    const field = given.find((each) => each.name === name);
    return field ? fits(field.type, type) && (optional || !field.optional) : optional;
  });
}

/** What the types of values depend on beside their action type. */
export interface TypesOfValues {
  /** The type of a property; null when there is none, or none that actions know. */
  property(objectType: string, property: string): ValueType | null;
  /** The type of a webhook's output. */
  output(webhook: string, output: string): ValueType | null;
}

const text: ValueType = { type: "string" };

/** What a value is; null for a static one, which is what it is wanted for, and for one that there is not. */
export function typeOfValue(
  value: ActionValue,
  { parameters, webhooks }: Pick<ActionType, "parameters" | "webhooks">,
  types: TypesOfValues,
): ValueType | null {
  switch (value.type) {
    case "parameterId": {
      const parameter = own(parameters, value.parameterId);
      return parameter ? typeOfParameter(parameter) : null;
    }
    case "staticValue":
      return null;
    case "currentUser":
    case "uniqueIdentifier":
      return text;
    case "currentUserGroups":
      return { type: "list", element: text };
    case "currentTime":
      return { type: "timestamp" };
    case "objectParameterPropertyValue": {
      const parameter = own(parameters, value.parameterId);
      return parameter?.type === "object"
        ? types.property(parameter.objectType, value.propertyTypeApiName)
        : null;
    }
    case "synchronousWebhookOutput":
      return webhooks.writeback
        ? types.output(webhooks.writeback.webhook, value.webhookOutputParamName)
        : null;
  }
}
