/** What a validation found. Foundry: ValidateActionResponseV2. */

export type Verdict = "VALID" | "INVALID";

export const verdict = (isValid: boolean): Verdict => (isValid ? "VALID" : "INVALID");

/** A rule for values, with what `type` says it is about. */
export type EvaluatedConstraint = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface ParameterEvaluation {
  readonly result: Verdict;
  /** Those that the value breaks; all of them when it breaks none. */
  readonly evaluatedConstraints: readonly EvaluatedConstraint[];
  readonly required: boolean;
}

export interface CriterionEvaluation {
  readonly configuredFailureMessage?: string;
  readonly result: Verdict;
}

export interface Validation {
  readonly result: Verdict;
  readonly submissionCriteria: readonly CriterionEvaluation[];
  readonly parameters: Readonly<Record<string, ParameterEvaluation>>;
}
