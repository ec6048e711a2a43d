import type { ActionType } from "../ontology/action-type-schema.ts";
import { compileParameter, type EvaluateParameter } from "./constraints.ts";
import { compileCriteria } from "./criteria.ts";
import type { Scope } from "./scope.ts";
import type { CriterionEvaluation } from "./validation.ts";
import { type TypesOfValues, typeOfValue } from "./value-types.ts";

/** An action type and all that its applications need, worked out once for each deployment. */
export interface CompiledAction {
  readonly name: string;
  readonly definition: ActionType;
  readonly parameters: ReadonlyMap<string, EvaluateParameter>;
  evaluateCriteria(scope: Scope): CriterionEvaluation[];
}

/** @throws {ExpressionError} when a regular expression is none */
export function compileAction(name: string, definition: ActionType, types: TypesOfValues): CompiledAction {
  return {
    name,
    definition,
    parameters: new Map(
      Object.entries(definition.parameters).map(([id, parameter]) => [id, compileParameter(parameter)]),
    ),
    evaluateCriteria: compileCriteria(definition, (value) => typeOfValue(value, definition, types)),
  };
}
