import type { Check, Schema } from "./schema.ts";
import { MOST_PROBLEMS, type Validation } from "./validation.ts";

/** The schemas below allOf, anyOf, oneOf and not. */
export interface Combined {
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not: Schema | null;
}

/** The checks of schemas that hold others. JSON Schema Validation 00, sections 5.22 to 5.25. */
export function combinationChecks({ allOf, anyOf, oneOf, not }: Combined): Check[] {
  const checks: Check[] = [];
  if (allOf.length > 0) {
    checks.push((value, validation) => {
      const attempts = attemptAll(allOf, value, validation);
      const matched = countOf(attempts);
      if (matched === allOf.length) return;
      validation.fail(
        () =>
          `Instance failed to match all required schemas (matched only ${matched} out of ${allOf.length})`,
        () => detailsOf("allOf", attempts),
      );
    });
  }
  if (anyOf.length > 0) {
    checks.push((value, validation) => {
      const attempts: Validation[] = [];
      for (const schema of anyOf) {
        const attempt = validation.attempt((own) => schema.check(value, own));
        if (!attempt.failed) return;
        attempts.push(attempt);
      }
      validation.fail(
        () => `Instance failed to match at least one required schema among ${anyOf.length}`,
        () => detailsOf("anyOf", attempts),
      );
    });
  }
  if (oneOf.length > 0) {
    checks.push((value, validation) => {
      const attempts = attemptAll(oneOf, value, validation);
      const matched = countOf(attempts);
      if (matched === 1) return;
      validation.fail(
        () => `Instance failed to match exactly one schema (matched ${matched} out of ${oneOf.length})`,
        () => detailsOf("oneOf", attempts),
      );
    });
  }
  if (not) {
    checks.push((value, validation) => {
      if (validation.attempt((attempt) => not.check(value, attempt)).failed) return;
      validation.fail(() => "Instance matched a schema which it should not have");
    });
  }
  return checks;
}

function attemptAll(schemas: readonly Schema[], value: unknown, validation: Validation): Validation[] {
  return schemas.map((schema) => validation.attempt((attempt) => schema.check(value, attempt)));
}

function countOf(attempts: readonly Validation[]): number {
  return attempts.filter(({ failed }) => !failed).length;
}

function detailsOf(keyword: string, attempts: readonly Validation[]): string[] {
  return attempts
    .flatMap(({ wrong }, index) => wrong.map(({ text }) => `/${keyword}/${index}: ${text}`))
    .slice(0, MOST_PROBLEMS);
}
