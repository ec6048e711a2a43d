import { FunctionError } from "../functions/error.ts";
import { orderedParameters } from "../functions/parameters.ts";
import { checkAttachment } from "./attachment.ts";
import type { CompiledWebhook } from "./compiled.ts";

/**
 * The inputs of an execution, of their types; those that are missing are left out. Throws {@link FunctionError}:
 * UnknownParameter, MissingParameter, InvalidQueryParameterValue.
 */
export function checkedInputs(
  { name, inputs, enums, attachments }: CompiledWebhook,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const values = orderedParameters({ name, parameters: [...inputs] }, given);
  return Object.fromEntries(
    inputs.flatMap((input, index) => {
      const value = values[index] ?? null;
      if (value === null) return [];
      if (attachments.has(input.name)) checkAttachment(input.name, value);
      const allowed = enums.get(input.name);
      if (allowed && !allowed.includes(String(value))) {
        const message = `${input.name}: expected one of ${allowed.join(", ")}`;
        throw new FunctionError("InvalidQueryParameterValue", message, {
          parameterId: input.name,
          parameterDataType: "String",
          parameterValue: value,
          message,
        });
      }
      return [[input.name, value]];
    }),
  );
}
