import type { ValuePath } from "../../documents/known-fields.ts";
import { didYouMean } from "../../documents/nearest.ts";
import type { NamedType, ValueType } from "../../functions/published-function.ts";
import { checkedValue, typeName, ValueError } from "../../functions/values.ts";
import type { ActionValue } from "../../ontology/action-type-schema.ts";
import { own } from "../../ontology/own.ts";
import { fits, typeOfValue } from "../value-types.ts";
import { type ActionCheck, parameterAt } from "./action-check.ts";

/** Where a value stands, which decides what it can be. */
export type Role = "default" | "criterion" | "writeback" | "rule";

/**
 * Checks a value of an action type. Reports ParameterNotFound, PropertyNotFound, OutputNotFound, ValueNotPossible,
 * TypeMismatch and InvalidValue.
 * @param wanted null where any type will do
 */
export function checkValue(
  check: ActionCheck,
  value: ActionValue,
  path: ValuePath,
  wanted: ValueType | null,
  role: Role,
): void {
  if (!isThere(check, value, path, role)) return;
  if (value.type === "staticValue") {
    checkStatic(check, value.value, [...path, "value"], wanted);
    return;
  }
  const type = typeOfValue(value, check.action, check.types);
  if (!type || !wanted || fits(type, wanted)) return;
  const message = `${typeName(wanted)} is wanted, and this is ${typeName(type)}.`;
  check.error("TypeMismatch", path, message, `Name a value of the type ${typeName(wanted)}.`);
}

function isThere(check: ActionCheck, value: ActionValue, path: ValuePath, role: Role): boolean {
  const impossible = (message: string, remedy: string): false => {
    check.error("ValueNotPossible", path, message, remedy);
    return false;
  };
  switch (value.type) {
    case "parameterId":
      if (role === "default") {
        return impossible(
          "A default cannot be another parameter.",
          "Use a value, or a property of an object.",
        );
      }
      return parameterAt(check, value.parameterId, [...path, "parameterId"]) !== null;
    case "objectParameterPropertyValue":
      return isProperty(check, value, path);
    case "synchronousWebhookOutput":
      if (role !== "rule") {
        return impossible(
          "The writeback webhook has not been called by then.",
          "Use its outputs in rules and in the inputs of side effects.",
        );
      }
      return isOutput(check, value.webhookOutputParamName, [...path, "webhookOutputParamName"]);
    case "uniqueIdentifier":
      if (role === "criterion") return impossible("Nothing can be said of a new identifier.", "Take it out.");
      return true;
    default:
      return true;
  }
}

function isProperty(
  check: ActionCheck,
  { parameterId, propertyTypeApiName }: Extract<ActionValue, { type: "objectParameterPropertyValue" }>,
  path: ValuePath,
): boolean {
  const parameter = parameterAt(check, parameterId, [...path, "parameterId"]);
  if (!parameter) return false;
  if (parameter.type !== "object") {
    const message = `The parameter ${parameterId} is of the type ${parameter.type}, and has no properties.`;
    check.error("TypeMismatch", [...path, "parameterId"], message, "Name a parameter of the type object.");
    return false;
  }
  const type = check.facts.ontology.objectTypes.get(parameter.objectType);
  // That there is no such type is said of the parameter.
  if (!type || Object.hasOwn(type.properties, propertyTypeApiName)) return type !== undefined;
  const remedy = didYouMean(propertyTypeApiName, Object.keys(type.properties), "name another property.");
  const message = `${type.apiName} has no property ${propertyTypeApiName}.`;
  check.error("PropertyNotFound", [...path, "propertyTypeApiName"], message, remedy);
  return false;
}

function isOutput(check: ActionCheck, output: string, path: ValuePath): boolean {
  const { writeback } = check.action.webhooks;
  if (!writeback) {
    const message = `${check.name} has no writeback webhook.`;
    check.error("OutputNotFound", path, message, "Name one in webhooks.writeback, or use another value.");
    return false;
  }
  const known = check.facts.webhooks.get(writeback.webhook)?.outputs.map(({ name }) => name);
  if (!known || known.includes(output)) return known !== undefined;
  const remedy = didYouMean(output, known, "name another output.");
  check.error("OutputNotFound", path, `The webhook ${writeback.webhook} has no output ${output}.`, remedy);
  return false;
}

/** Reports InvalidValue. */
export function checkStatic(
  check: ActionCheck,
  value: unknown,
  path: ValuePath,
  wanted: ValueType | null,
): void {
  if (!wanted || value === null || value === undefined) return;
  try {
    checkedValue(value, wanted);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    check.error(
      "InvalidValue",
      path,
      `The value is not possible: ${error.message}.`,
      `Write a ${typeName(wanted)}.`,
    );
  }
}

/**
 * Checks the inputs of a function or webhook. Reports InputNotFound, MissingInput, InputMayBeMissing as a warning, and
 * those of {@link checkValue}.
 * @param callee for messages, such as `The function add`
 */
export function checkInputs(
  check: ActionCheck,
  given: Readonly<Record<string, ActionValue>>,
  wanted: readonly NamedType[],
  callee: string,
  path: ValuePath,
  role: Role,
): void {
  const names = wanted.map(({ name }) => name);
  for (const [name, value] of Object.entries(given)) {
    const input = wanted.find((each) => each.name === name);
    if (!input) {
      const remedy = didYouMean(name, names, "take it out.");
      check.error("InputNotFound", [...path, name], `${callee} has no input ${name}.`, remedy);
      continue;
    }
    checkValue(check, value, [...path, name], input.type, role);
    if (!input.optional && mayBeMissing(check, value)) {
      const message = `${callee} needs ${name}, and the parameter it is taken from may be missing.`;
      check.warning(
        "InputMayBeMissing",
        [...path, name],
        message,
        "Make the parameter required, or give it a default.",
      );
    }
  }
  for (const { name, optional } of wanted) {
    if (optional || Object.hasOwn(given, name)) continue;
    check.error("MissingInput", path, `${callee} needs the input ${name}.`, `Add ${name} to its inputs.`);
  }
}

function mayBeMissing({ action: { parameters } }: ActionCheck, value: ActionValue): boolean {
  if (value.type !== "parameterId") return false;
  const parameter = own(parameters, value.parameterId);
  return parameter !== undefined && !parameter.required && !parameter.default;
}
