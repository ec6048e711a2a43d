import { compileComparison, toReader } from "./comparison.ts";
import { type Condition, parseCondition, type TellUnclosed } from "./condition-syntax.ts";
import type { Lookup, Value } from "./value.ts";

type Test<Scope> = (scope: Scope) => boolean;

/**
 * Compiles the text of a Condition element to a function of the scope it is evaluated in. Variables are
 * looked up, and patterns and regular expressions compiled, once.
 * Apigee: "Conditions reference".
 *
 * @throws {ExpressionError} with the offset into `text` of what is wrong; also for a text without a condition.
 */
export function compileCondition<Scope>(
  text: string,
  variable: Lookup<Scope>,
  tellUnclosed: TellUnclosed = () => {},
): Test<Scope> {
  return compile(parseCondition(text, tellUnclosed), variable);
}

function compile<Scope>(condition: Condition, variable: Lookup<Scope>): Test<Scope> {
  switch (condition.kind) {
    case "all":
      return allOf(condition.terms.map((term) => compile(term, variable)));
    case "any":
      return anyOf(condition.terms.map((term) => compile(term, variable)));
    case "not":
      return not(compile(condition.term, variable));
    case "truth":
      return isTrue(toReader(condition.operand, variable));
    case "compare":
      return compileComparison(condition, variable);
  }
}

function allOf<Scope>(terms: readonly Test<Scope>[]): Test<Scope> {
  return (scope) => {
    for (const term of terms) if (!term(scope)) return false;
    return true;
  };
}

function anyOf<Scope>(terms: readonly Test<Scope>[]): Test<Scope> {
  return (scope) => {
    for (const term of terms) if (term(scope)) return true;
    return false;
  };
}

function not<Scope>(term: Test<Scope>): Test<Scope> {
  return (scope) => !term(scope);
}

/** A bare variable is true if it holds the boolean or the text. */
function isTrue<Scope>(read: (scope: Scope) => Value): Test<Scope> {
  return (scope) => {
    const value = read(scope);
    return value === true || value === "true";
  };
}
