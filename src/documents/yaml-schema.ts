import type * as v from "valibot";
import { checkValue, type PlacedValue, type ValueProblem } from "./checked-value.ts";
import type { ValuePath } from "./known-fields.ts";
import type { Report } from "./report.ts";
import { YamlFile } from "./yaml-file.ts";

/** A YAML file that holds what its schema says. */
export type CheckedYaml<T> = PlacedValue & { readonly value: T };

/**
 * Reads a YAML file and checks it against a schema; see {@link checkValue}. Null when it has an error. Reports
 * InvalidYAML, InvalidValue, and as a warning UnknownField.
 *
 * @param refuse judges every value before the schema does; what is below a refused one is not looked at
 */
export function readYaml<T>(
  path: string,
  bytes: Uint8Array,
  schema: v.GenericSchema<unknown, T>,
  report: Report,
  refuse: (value: unknown, at: ValuePath) => ValueProblem | null = () => null,
): CheckedYaml<T> | null {
  const file = new YamlFile(path, bytes, report);
  if (file.value === undefined) return null;
  const checked = checkValue(file, schema, report, { code: "InvalidValue", unknownField: "warning", refuse });
  return checked ? { ...checked, at: (at) => file.at(at), atName: (at) => file.atName(at) } : null;
}
