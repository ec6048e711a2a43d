import type { ValuePath } from "../../documents/known-fields.ts";
import { compileRegex } from "../../expression/regex.ts";
import { ExpressionError } from "../../expression/value.ts";
import type { ValueType } from "../../functions/published-function.ts";
import type { ActionElement, ActionParameter } from "../../ontology/action-type-schema.ts";
import { order } from "../compare.ts";
import { typeOfParameter } from "../value-types.ts";
import { type ActionCheck, checkObjectType } from "./action-check.ts";
import { checkStatic, checkValue } from "./check-value.ts";

/** Checks what parameters are and may be. Reports those of {@link checkValue}, ObjectTypeNotFound, InvalidRegex, EmptyRange. */
export function checkParameters(check: ActionCheck): void {
  for (const [id, parameter] of Object.entries(check.action.parameters)) {
    const path = ["parameters", id];
    checkElement(check, parameter, path);
    if (parameter.default) {
      checkValue(check, parameter.default, [...path, "default"], typeOfParameter(parameter), "default");
    }
  }
}

function checkElement(check: ActionCheck, parameter: ActionParameter | ActionElement, path: ValuePath): void {
  const type = typeOfParameter(parameter);
  switch (parameter.type) {
    case "object":
    case "objectSet":
      checkObjectType(check, parameter.objectType, [...path, "objectType"]);
      return;
    case "array":
      checkBounds(check, parameter.arraySize, { type: "integer" }, [...path, "arraySize"]);
      checkElement(check, parameter.items, [...path, "items"]);
      return;
    case "struct":
      for (const [name, field] of Object.entries(parameter.fields)) {
        checkElement(check, field, [...path, "fields", name]);
      }
      return;
    case "string":
      checkBounds(check, parameter.stringLength, { type: "integer" }, [...path, "stringLength"]);
      if (parameter.stringRegexMatch) {
        checkRegex(check, parameter.stringRegexMatch.regex, [...path, "stringRegexMatch", "regex"]);
      }
      break;
    case "boolean":
      break;
    default:
      checkBounds(check, parameter.range, type, [...path, "range"]);
  }
  for (const [index, { value }] of (parameter.oneOf?.options ?? []).entries()) {
    checkStatic(check, value, [...path, "oneOf", "options", index, "value"], type);
  }
}

type Limits = { readonly [Bound in "lt" | "lte" | "gt" | "gte"]?: string | number | undefined };

function checkBounds(check: ActionCheck, limits: Limits | undefined, type: ValueType, path: ValuePath): void {
  if (!limits) return;
  for (const [name, limit] of Object.entries(limits)) checkStatic(check, limit, [...path, name], type);
  const lowest = limits.gt ?? limits.gte;
  const highest = limits.lt ?? limits.lte;
  if (lowest === undefined || highest === undefined) return;
  const sign = order(type.type, lowest, highest);
  const excludesEnd = limits.gt !== undefined || limits.lt !== undefined;
  if (!(sign > 0 || (sign === 0 && excludesEnd))) return;
  check.error("EmptyRange", path, "No value is within these limits.", "Write the smaller one as gt or gte.");
}

/** Reports InvalidRegex. */
export function checkRegex(check: ActionCheck, regex: string, path: ValuePath): void {
  try {
    compileRegex(regex);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    check.error("InvalidRegex", path, error.message, error.remedy ?? "Write another expression.");
  }
}
