import { FunctionError } from "./error.ts";
import type { PublishedFunction } from "./published-function.ts";
import { checkedOptional, typeName, ValueError } from "./values.ts";

/**
 * Parameters by name, checked against a function's signature and put into its order; what is missing is null.
 * Throws {@link FunctionError}: UnknownParameter, MissingParameter, InvalidQueryParameterValue.
 */
export function orderedParameters(
  { name, parameters }: Pick<PublishedFunction, "name" | "parameters">,
  given: Readonly<Record<string, unknown>>,
): unknown[] {
  const expected = parameters.map((parameter) => parameter.name);
  const unknown = Object.keys(given).filter((each) => !expected.includes(each));
  if (unknown.length > 0) {
    throw new FunctionError("UnknownParameter", `${name} has no parameter ${unknown.join(", ")}.`, {
      unknownParameters: unknown,
      expectedParameters: expected,
    });
  }
  const valueOfParameter = (parameter: string) =>
    Object.hasOwn(given, parameter) ? (given[parameter] ?? null) : null;
  const missing = parameters.filter((each) => !each.optional && valueOfParameter(each.name) === null);
  if (missing.length > 0) {
    const names = missing.map((each) => each.name);
    throw new FunctionError("MissingParameter", `${name} needs the parameter ${names.join(", ")}.`, {
      parameters: names,
    });
  }
  return parameters.map((parameter) => {
    const value = valueOfParameter(parameter.name);
    try {
      return checkedOptional(value, parameter);
    } catch (thrown) {
      if (!(thrown instanceof ValueError)) throw thrown;
      const error = thrown.within(parameter.name);
      throw new FunctionError("InvalidQueryParameterValue", error.message, {
        parameterId: parameter.name,
        parameterDataType: typeName(parameter.type),
        parameterValue: value,
        message: error.message,
      });
    }
  });
}
