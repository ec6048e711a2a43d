import type {
  ActionElement,
  ActionParameter,
  ActionRule,
  ActionType,
} from "../ontology/action-type-schema.ts";
import { own } from "../ontology/own.ts";

/** What the API says of an action type depends on beside its definition. */
export interface WireFacts {
  /** Of the environment. */
  readonly environment: string;
  /** What a function declares to edit, and its revision. */
  function(name: string): { readonly edits: readonly string[]; readonly revision: string } | undefined;
  /** Both sides of a link by the name that it has on objects of a type. */
  link(objectType: string, link: string): WireLink | undefined;
}

export interface WireLink {
  readonly a: LinkSide;
  readonly b: LinkSide;
}

interface LinkSide {
  readonly objectType: string;
  /** Of the link, on objects of that type. */
  readonly apiName: string;
}

export function actionTypeRid(environment: string, name: string): string {
  return `ri.actions.main.action-type.${environment}.${name}`;
}

/**
 * An action type as the API shows it, without the parameters and operations that name object types of which the caller
 * must not know. Foundry: ActionTypeV2.
 */
export function wireActionType(
  name: string,
  action: ActionType,
  facts: WireFacts,
  knows: (objectType: string) => boolean,
): Record<string, unknown> {
  const { displayName = name, description, parameters, rules } = action;
  return {
    apiName: name,
    displayName,
    ...(description !== undefined && { description }),
    status: "ACTIVE",
    parameters: Object.fromEntries(
      Object.entries(parameters).flatMap(([id, parameter]) =>
        objectTypesIn(parameter).every(knows) ? [[id, wireParameter(id, parameter)]] : [],
      ),
    ),
    rid: actionTypeRid(facts.environment, name),
    operations: rules.flatMap((rule) => operationsOf(rule, parameters, facts, knows)),
  };
}

function wireParameter(id: string, parameter: ActionParameter): Record<string, unknown> {
  const { displayName = id, description, required } = parameter;
  return {
    displayName,
    ...(description !== undefined && { description }),
    dataType: wireType(parameter),
    required,
    typeClasses: [],
  };
}

function wireType(parameter: ActionParameter | ActionElement): Record<string, unknown> {
  switch (parameter.type) {
    case "object":
    case "objectSet": {
      const { type, objectType } = parameter;
      return { type, objectApiName: objectType, objectTypeApiName: objectType };
    }
    case "array":
      return { type: "array", subType: wireType(parameter.items) };
    case "struct":
      return {
        type: "struct",
        fields: Object.entries(parameter.fields).map(([name, field]) => ({
          name,
          fieldType: wireType(field),
          required: field.required,
        })),
      };
    default:
      return { type: parameter.type };
  }
}

/** All object types that a parameter names. */
function objectTypesIn(parameter: ActionParameter | ActionElement): string[] {
  switch (parameter.type) {
    case "object":
    case "objectSet":
      return [parameter.objectType];
    case "array":
      return objectTypesIn(parameter.items);
    case "struct":
      return Object.values(parameter.fields).flatMap(objectTypesIn);
    default:
      return [];
  }
}

/** The object type that a parameter names, or that each of its elements does. */
export function objectTypeOf(parameters: ActionType["parameters"], id: string): string | null {
  const parameter = own(parameters, id);
  const one = parameter?.type === "array" ? parameter.items : parameter;
  return one?.type === "object" ? one.objectType : null;
}

/** Foundry: LogicRule. */
function operationsOf(
  rule: ActionRule,
  parameters: ActionType["parameters"],
  facts: WireFacts,
  knows: (objectType: string) => boolean,
): Record<string, unknown>[] {
  const operation = (type: string, objectTypeApiName: string | null) =>
    objectTypeApiName !== null && knows(objectTypeApiName) ? [{ type, objectTypeApiName }] : [];
  switch (rule.type) {
    case "createObject":
      return operation("createObject", rule.objectType);
    case "createOrModifyObject":
      return ["createObject", "modifyObject"].flatMap((type) => operation(type, rule.objectType));
    case "modifyObject":
    case "deleteObject":
      return operation(rule.type, objectTypeOf(parameters, rule.object));
    case "createLink":
    case "deleteLink": {
      const link = facts.link(objectTypeOf(parameters, rule.source) ?? "", rule.link);
      if (!link || !knows(link.a.objectType) || !knows(link.b.objectType)) return [];
      return [
        {
          type: rule.type,
          linkTypeApiNameAtoB: link.a.apiName,
          linkTypeApiNameBtoA: link.b.apiName,
          aSideObjectTypeApiName: link.a.objectType,
          bSideObjectTypeApiName: link.b.objectType,
        },
      ];
    }
    case "function":
      return (facts.function(rule.function)?.edits ?? []).flatMap((type) => [
        ...operation("createObject", type),
        ...operation("modifyObject", type),
      ]);
  }
}
