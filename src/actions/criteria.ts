import { compileRegex } from "../expression/regex.ts";
import type { ValueType } from "../functions/published-function.ts";
import type { ActionType, ActionValue, Condition } from "../ontology/action-type-schema.ts";
import { canonical, isSame, order } from "./compare.ts";
import { type Scope, valueIn } from "./scope.ts";
import { type CriterionEvaluation, verdict } from "./validation.ts";

/** How many elements of a list a condition looks at. Foundry: "Scale and property limits" of actions. */
const MOST_ELEMENTS = 1_000;

/** Null where a value that it needs is not there: then nobody knows, and that is not enough. */
type Holds = (scope: Scope) => boolean | null;
type Comparison = Extract<Condition, { type: "comparison" }>;
type TypeOf = (value: ActionValue) => ValueType | null;

/**
 * Submission criteria, ready to be evaluated. One about a value that is not there is not met, and neither is its
 * opposite.
 * @param typeOf the type of a value; null when it has none
 * @throws {ExpressionError} when a regular expression is none
 */
export function compileCriteria(
  { submissionCriteria }: ActionType,
  typeOf: TypeOf,
): (scope: Scope) => CriterionEvaluation[] {
  const compiled = submissionCriteria.map(({ condition, failureMessage }) => ({
    holds: compileCondition(condition, typeOf),
    message: failureMessage === undefined ? {} : { configuredFailureMessage: failureMessage },
  }));
  return (scope) =>
    compiled.map(({ holds, message }) => ({ ...message, result: verdict(holds(scope) === true) }));
}

function compileCondition(condition: Condition, typeOf: TypeOf): Holds {
  switch (condition.type) {
    case "and":
    case "or": {
      const conditions = condition.conditions.map((each) => compileCondition(each, typeOf));
      const decisive = condition.type === "or";
      return (scope) => {
        const held = conditions.map((holds) => holds(scope));
        if (held.includes(decisive)) return decisive;
        return held.includes(null) ? null : !decisive;
      };
    }
    case "not": {
      const holds = compileCondition(condition.condition, typeOf);
      return (scope) => {
        const held = holds(scope);
        return held === null ? null : !held;
      };
    }
    case "comparison":
      return compileComparison(condition, typeOf);
  }
}

function compileComparison({ left, operator, right }: Comparison, typeOf: TypeOf): Holds {
  const whole = typeOf(left) ?? typeOf(right);
  const type = (whole && "element" in whole ? whole.element : whole)?.type ?? "string";
  const compare = operator === "matches" ? matching(right) : comparisons[operator](type);
  // To compare with no value is to ask whether there is one.
  const asksForNone = right.type === "staticValue" && (right.value ?? null) === null;
  return (scope) => {
    const [one, other] = [valueIn(scope, left), valueIn(scope, right)];
    if (!asksForNone && (one === null || other === null)) return null;
    return isLong(one) || isLong(other) ? null : compare(canonical(type, one), canonical(type, other));
  };
}

/** Null where the values have no order, as what is not a number. */
type Compare = (left: unknown, right: unknown) => boolean | null;

function ordered(holds: (sign: number) => boolean): (type: string) => Compare {
  return (type) => (left, right) => {
    const sign = order(type, left, right);
    return Number.isNaN(sign) ? null : holds(sign);
  };
}

const comparisons: Record<Exclude<Comparison["operator"], "matches">, (type: string) => Compare> = {
  is: () => isSame,
  isNot: () => (left, right) => !isSame(left, right),
  isLessThan: ordered((sign) => sign < 0),
  isLessThanOrEquals: ordered((sign) => sign <= 0),
  isGreaterThan: ordered((sign) => sign > 0),
  isGreaterThanOrEquals: ordered((sign) => sign >= 0),
  includes: () => (left, right) => elements(left).some((each) => isSame(each, right)),
  includesAny: () => (left, right) =>
    elements(left).some((each) => elements(right).some((other) => isSame(each, other))),
  isIncludedIn: () => (left, right) => elements(right).some((each) => isSame(each, left)),
  eachIs: () => (left, right) => elements(left).every((each) => isSame(each, right)),
  eachIsNot: () => (left, right) => elements(left).every((each) => !isSame(each, right)),
};

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > MOST_ELEMENTS;
}

function matching(right: ActionValue): Compare {
  const regex = compileRegex(right.type === "staticValue" ? String(right.value) : "");
  return (left) => typeof left === "string" && regex.matches(left);
}
