import type { ValuePath } from "../../documents/known-fields.ts";
import type { ValueType } from "../../functions/published-function.ts";
import type { ActionValue, Condition } from "../../ontology/action-type-schema.ts";
import { hasRange } from "../../ontology/type-kinds.ts";
import { typeOfValue } from "../value-types.ts";
import type { ActionCheck } from "./action-check.ts";
import { checkRegex } from "./check-parameters.ts";
import { checkValue } from "./check-value.ts";

/** Checks submission criteria. Reports OperatorNotPossible, InvalidRegex and those of {@link checkValue}. */
export function checkCriteria(check: ActionCheck): void {
  for (const [index, { condition }] of check.action.submissionCriteria.entries()) {
    checkCondition(check, condition, ["submissionCriteria", index, "condition"]);
  }
}

function checkCondition(check: ActionCheck, condition: Condition, path: ValuePath): void {
  switch (condition.type) {
    case "not":
      checkCondition(check, condition.condition, [...path, "condition"]);
      return;
    case "and":
    case "or":
      for (const [index, each] of condition.conditions.entries()) {
        checkCondition(check, each, [...path, "conditions", index]);
      }
      return;
    case "comparison":
      checkComparison(check, condition, path);
  }
}

type Comparison = Extract<Condition, { type: "comparison" }>;

function checkComparison(check: ActionCheck, { left, operator, right }: Comparison, path: ValuePath): void {
  const typeOf = (value: ActionValue) => typeOfValue(value, check.action, check.types);
  const [one, other] = [typeOf(left), typeOf(right)];
  const elementOf = (type: ValueType | null) => (type?.type === "list" ? type.element : null);
  const refuse = (message: string, remedy: string) =>
    check.error("OperatorNotPossible", [...path, "operator"], message, remedy);
  const needsList = (type: ValueType | null, side: string) => {
    if (type && type.type !== "list")
      refuse(`${operator} needs a list on its ${side}.`, "Use another operator.");
  };
  // What each side has to be, as the other side has it.
  let leftType = other;
  let rightType = one;
  switch (operator) {
    case "includes":
    case "eachIs":
    case "eachIsNot":
      needsList(one, "left");
      leftType = null;
      rightType = elementOf(one);
      break;
    case "includesAny":
      needsList(one, "left");
      needsList(other, "right");
      break;
    case "isIncludedIn":
      needsList(other, "right");
      leftType = elementOf(other);
      rightType = one && { type: "list", element: one };
      break;
    case "matches":
      if (right.type !== "staticValue" || typeof right.value !== "string") {
        refuse("matches needs a regular expression on its right.", "Write it as a staticValue.");
      } else checkRegex(check, right.value, [...path, "right", "value"]);
      leftType = { type: "string" };
      rightType = null;
      break;
    case "is":
    case "isNot":
      break;
    default:
      if (!hasRange((one ?? other)?.type ?? ""))
        refuse(`${operator} needs values that have an order.`, "Use is or isNot.");
  }
  checkValue(check, left, [...path, "left"], leftType, "criterion");
  // The types of both sides are compared once.
  checkValue(check, right, [...path, "right"], left.type === "staticValue" ? null : rightType, "criterion");
}
