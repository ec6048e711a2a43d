import { checkedValue, ValueError } from "../functions/values.ts";
import type { ActionRule, ActionType, ActionValue } from "../ontology/action-type-schema.ts";
import { checkCount } from "../ontology/apply.ts";
import type { Edit, ObjectLocator, PrimaryKey } from "../ontology/edit.ts";
import type { ObjectType, Ontology } from "../ontology/ontology.ts";
import { canonical } from "./compare.ts";
import { ActionError } from "./error.ts";
import { typeOfProperty } from "./property-types.ts";
import { type Scope, valueIn } from "./scope.ts";

/** A rule that says itself what is changed. */
export type EditRule = Exclude<ActionRule, { type: "function" }>;

/** Looks whether there is an object. */
export type Exists = (objectType: string, primaryKey: PrimaryKey) => Promise<boolean>;

/**
 * The edits that rules make of the values of one application. Rejects with {@link ActionError}:
 * InvalidParameterValue, and with `OntologyError` (OntologyEditsExceededLimit). Foundry: "Rules" of action types.
 */
export async function editsOfRules(
  rules: readonly EditRule[],
  { parameters }: Pick<ActionType, "parameters">,
  scope: Scope,
  ontology: Ontology,
  exists: Exists,
): Promise<Edit[]> {
  const edits: Edit[] = [];
  for (const rule of rules) edits.push(...(await editsOf(rule)));
  return edits;

  async function editsOf(rule: EditRule): Promise<Edit[]> {
    switch (rule.type) {
      case "createObject": {
        const { apiName, ...type } = objectType(rule.objectType);
        const properties = withoutNull(valuesOf(rule.properties, type, scope));
        return [{ type: "createObject", obj: { apiName }, properties }];
      }
      case "createOrModifyObject":
        return [await createdOrModified(rule.properties, objectType(rule.objectType))];
      case "modifyObject":
        return named(rule.object).map((obj) => ({
          type: "updateObject",
          obj,
          properties: valuesOf(rule.properties, objectType(obj.$apiName), scope),
        }));
      case "deleteObject":
        return named(rule.object).map((obj) => ({ type: "deleteObject", obj }));
      case "createLink":
      case "deleteLink": {
        const type = rule.type === "createLink" ? "addLink" : "removeLink";
        const [sources, targets] = [named(rule.source), named(rule.target)];
        checkCount(sources.length * targets.length);
        return sources.flatMap((source) =>
          targets.map((target): Edit => ({ type, apiName: rule.link, source, target })),
        );
      }
    }
  }

  async function createdOrModified(
    given: Readonly<Record<string, ActionValue>>,
    type: ObjectType,
  ): Promise<Edit> {
    const { apiName, primaryKey } = type;
    const properties = valuesOf(given, type, scope);
    const key = properties[primaryKey] as PrimaryKey | null;
    if (key === null || !(await exists(apiName, key))) {
      return { type: "createObject", obj: { apiName }, properties: withoutNull(properties) };
    }
    const { [primaryKey]: _, ...others } = properties;
    return { type: "updateObject", obj: { $apiName: apiName, $primaryKey: key }, properties: others };
  }

  function named(id: string): ObjectLocator[] {
    return objectsNamed(id, parameters, scope);
  }

  /** What a deployment has checked is there. */
  function objectType(name: string): ObjectType {
    const type = ontology.objectTypes.get(name);
    if (!type) throw new Error(`there is no object type ${name}`);
    return type;
  }
}

/** The object types that rules edit with the values of one application, before its edits are made. */
export function typesOfRules(
  rules: readonly EditRule[],
  { parameters }: Pick<ActionType, "parameters">,
  scope: Scope,
): string[] {
  return rules.flatMap(typesOfRule);

  function typesOfRule(rule: EditRule): string[] {
    switch (rule.type) {
      case "createObject":
      case "createOrModifyObject":
        return [rule.objectType];
      case "modifyObject":
      case "deleteObject":
        return typesNamed(rule.object);
      case "createLink":
      case "deleteLink": {
        const [sources, targets] = [typesNamed(rule.source), typesNamed(rule.target)];
        return sources.length === 0 || targets.length === 0 ? [] : [...sources, ...targets];
      }
    }
  }

  /** All objects of a parameter are of one type. */
  function typesNamed(id: string): string[] {
    return objectsNamed(id, parameters, scope)
      .slice(0, 1)
      .map(({ $apiName }) => $apiName);
  }
}

/** The objects that a parameter names: none when it has no value. */
function objectsNamed(id: string, parameters: ActionType["parameters"], scope: Scope): ObjectLocator[] {
  const parameter = parameters[id];
  const one = parameter?.type === "array" ? parameter.items : parameter;
  const value = scope.parameters.get(id) ?? [];
  if (one?.type !== "object") return [];
  const keys = (Array.isArray(value) ? value : [value]) as PrimaryKey[];
  return keys.map(($primaryKey) => ({ $apiName: one.objectType, $primaryKey }));
}

/** A parameter that nobody gave leaves a property as it is; one that is null takes its value away. */
function valuesOf(
  given: Readonly<Record<string, ActionValue>>,
  type: Pick<ObjectType, "properties">,
  scope: Scope,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, argument]) => {
      if (argument.type === "parameterId" && !scope.parameters.has(argument.parameterId)) return [];
      return [[name, propertyValue(name, valueIn(scope, argument), type)]];
    }),
  );
}

function propertyValue(
  name: string,
  value: unknown,
  { properties }: Pick<ObjectType, "properties">,
): unknown {
  const property = properties[name];
  const type = property && typeOfProperty(property);
  if (value === null || !type) return value;
  try {
    return canonical(type.type, checkedValue(value, type));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const message = `${name}: ${error.message}`;
    throw new ActionError("InvalidParameterValue", message, { parameterId: name, message });
  }
}

function withoutNull(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
