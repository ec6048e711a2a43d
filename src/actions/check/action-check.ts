import type { ValuePath } from "../../documents/known-fields.ts";
import { didYouMean } from "../../documents/nearest.ts";
import type { NamedType, ValueType } from "../../functions/published-function.ts";
import type { ActionParameter, ActionType } from "../../ontology/action-type-schema.ts";
import type { Ontology } from "../../ontology/ontology.ts";
import { own } from "../../ontology/own.ts";
import { typeOfProperty } from "../property-types.ts";
import type { TypesOfValues } from "../value-types.ts";

/** A function or a webhook as an action type sees it. */
export interface Callable {
  readonly inputs: readonly NamedType[];
}

/** What action types may name. */
export interface ActionFacts {
  readonly ontology: Ontology;
  /** Those that return edits, and others. */
  readonly functions: ReadonlyMap<string, Callable & { readonly returnsEdits: boolean }>;
  readonly webhooks: ReadonlyMap<string, Callable & { readonly outputs: readonly NamedType[] }>;
  /** What to do about a function that is not there; null when that is explained elsewhere. */
  remedyForFunction(name: string): string | null;
}

/** One action type that is being checked. Paths begin where it does. */
export interface ActionCheck {
  readonly name: string;
  readonly action: ActionType;
  readonly facts: ActionFacts;
  readonly types: TypesOfValues;
  error(code: string, path: ValuePath, message: string, remedy: string): void;
  warning(code: string, path: ValuePath, message: string, remedy: string): void;
}

/** The types of properties and outputs. */
export function typesIn(
  ontology: Ontology,
  webhooks: ReadonlyMap<string, { readonly outputs: readonly NamedType[] }>,
): TypesOfValues {
  return {
    property(objectType, name) {
      const property = own(ontology.objectTypes.get(objectType)?.properties, name);
      return property ? typeOfProperty(property) : null;
    },
    output: (webhook, name): ValueType | null =>
      webhooks.get(webhook)?.outputs.find((output) => output.name === name)?.type ?? null,
  };
}

/** A parameter that something names. Reports ParameterNotFound. */
export function parameterAt(check: ActionCheck, id: string, path: ValuePath): ActionParameter | null {
  const { parameters } = check.action;
  const found = own(parameters, id);
  if (found) return found;
  const remedy = didYouMean(id, Object.keys(parameters), "add the parameter, or name another.");
  check.error("ParameterNotFound", path, `${check.name} has no parameter ${id}.`, remedy);
  return null;
}

/** The object type of a parameter that names objects. Reports ParameterNotFound, TypeMismatch. */
export function objectTypeAt(check: ActionCheck, id: string, path: ValuePath): string | null {
  const parameter = parameterAt(check, id, path);
  if (!parameter) return null;
  const one = parameter.type === "array" ? parameter.items : parameter;
  if (one.type === "object") return one.objectType;
  const message = `The parameter ${id} is of the type ${parameter.type}, and names no object.`;
  check.error("TypeMismatch", path, message, "Name a parameter of the type object, or of an array of them.");
  return null;
}

/** Reports ObjectTypeNotFound. */
export function checkObjectType(check: ActionCheck, objectType: string, path: ValuePath): boolean {
  const { objectTypes } = check.facts.ontology;
  if (objectTypes.has(objectType)) return true;
  const remedy = didYouMean(objectType, objectTypes.keys(), "add the object type, or name another.");
  check.error("ObjectTypeNotFound", path, `There is no object type ${objectType}.`, remedy);
  return false;
}
