import { compileRegex } from "../expression/regex.ts";
import type { ActionElement, ActionParameter, Counts, OneOf } from "../ontology/action-type-schema.ts";
import { canonical, order } from "./compare.ts";
import { type EvaluatedConstraint, type ParameterEvaluation, type Verdict, verdict } from "./validation.ts";

/** Looks whether the caller can read the object that a primary key is of. */
export type IsFound = (objectType: string, primaryKey: unknown) => boolean;

/** A constraint of a parameter, ready to be evaluated. */
interface Constraint {
  /** @param result whether it holds */
  shown(result: Verdict): EvaluatedConstraint;
  holds(value: unknown, isFound: IsFound): boolean;
}

/** Evaluates one parameter. */
export type EvaluateParameter = (value: unknown, isFound: IsFound) => ParameterEvaluation;

/**
 * The constraints of a parameter, ready to be evaluated.
 * @throws {ExpressionError} when a regular expression is none
 */
export function compileParameter(parameter: ActionParameter): EvaluateParameter {
  const { required } = parameter;
  const constraints = constraintsOf(parameter);
  const evaluation = (result: Verdict, evaluated = constraints): ParameterEvaluation => ({
    result,
    evaluatedConstraints: evaluated.map((each) => each.shown(result)),
    required,
  });
  return (value, isFound) => {
    if (value === null || value === undefined) return evaluation(verdict(!required));
    const broken = constraints.filter((each) => !each.holds(value, isFound));
    return broken.length === 0 ? evaluation("VALID") : evaluation("INVALID", broken);
  };
}

function constraintsOf(parameter: ActionParameter | ActionElement): Constraint[] {
  const { type } = parameter;
  switch (type) {
    case "string": {
      const { oneOf, stringLength, stringRegexMatch } = parameter;
      return [
        ...optionsOf(type, oneOf),
        ...(stringLength ? [lengthOf("stringLength", stringLength)] : []),
        ...(stringRegexMatch ? [regexOf(stringRegexMatch)] : []),
      ];
    }
    case "boolean":
      return optionsOf(type, parameter.oneOf);
    case "object":
      return [foundObject(parameter.objectType)];
    case "objectSet":
      return [];
    case "array":
      return [
        ...(parameter.arraySize ? [lengthOf("arraySize", parameter.arraySize)] : []),
        ...constraintsOf(parameter.items).map(ofEach),
      ];
    case "struct":
      return Object.entries(parameter.fields).flatMap(([name, field]) =>
        constraintsOf(field).map((constraint) => ofField(name, field.required, constraint)),
      );
    default: {
      const { oneOf, range } = parameter;
      return [...optionsOf(type, oneOf), ...(range ? [rangeOf(type, range)] : [])];
    }
  }
}

function optionsOf(type: string, oneOf: OneOf | undefined): Constraint[] {
  if (!oneOf) return [];
  const { otherValuesAllowed } = oneOf;
  const options = oneOf.options.map(({ displayName, value }) => ({
    displayName: displayName ?? String(value),
    value,
  }));
  const allowed = new Set(options.map(({ value }) => canonical(type, value)));
  return [
    {
      shown: () => ({ type: "oneOf", options, otherValuesAllowed }),
      holds: (value) => otherValuesAllowed || allowed.has(canonical(type, value)),
    },
  ];
}

type Bounds = { readonly [Bound in keyof typeof bounds]?: string | number | undefined };

const bounds = {
  lt: (sign: number) => sign < 0,
  lte: (sign: number) => sign <= 0,
  gt: (sign: number) => sign > 0,
  gte: (sign: number) => sign >= 0,
} as const;

function isWithin(type: string, value: unknown, limits: Bounds): boolean {
  return Object.entries(bounds).every(([name, accepts]) => {
    const limit = limits[name as keyof Bounds];
    return limit === undefined || accepts(order(type, value, limit));
  });
}

function rangeOf(type: string, limits: Bounds): Constraint {
  return { shown: () => ({ type: "range", ...limits }), holds: (value) => isWithin(type, value, limits) };
}

function lengthOf(type: "stringLength" | "arraySize", limits: Counts): Constraint {
  return {
    shown: () => ({ type, ...limits }),
    holds: (value) => isWithin("integer", (value as string | unknown[]).length, limits),
  };
}

function regexOf({
  regex,
  failureMessage,
}: {
  regex: string;
  failureMessage?: string | undefined;
}): Constraint {
  const compiled = compileRegex(regex);
  return {
    shown: () => ({
      type: "stringRegexMatch",
      regex,
      ...(failureMessage !== undefined && { configuredFailureMessage: failureMessage }),
    }),
    holds: (value) => compiled.matches(String(value)),
  };
}

/** There is no telling an object that is not there from one that the caller may not read. */
function foundObject(objectType: string): Constraint {
  return {
    shown: () => ({ type: "objectQueryResult" }),
    holds: (value, isFound) => isFound(objectType, value),
  };
}

function ofEach({ shown, holds }: Constraint): Constraint {
  return { shown, holds: (value, isFound) => (value as unknown[]).every((each) => holds(each, isFound)) };
}

function ofField(name: string, required: boolean, { shown, holds }: Constraint): Constraint {
  return {
    shown: (result) => ({
      type: "struct",
      structFields: { [name]: { result, evaluatedConstraints: [shown(result)], required } },
    }),
    holds(value, isFound) {
      const field: unknown = Object.hasOwn(value as object, name) ? Reflect.get(value as object, name) : null;
      return field === null || holds(field, isFound);
    },
  };
}
