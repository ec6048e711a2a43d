import type * as v from "valibot";
import { type AllowsMore, checkValue } from "./checked-value.ts";
import { JsonFile } from "./json-file.ts";
import type { ValuePath } from "./known-fields.ts";
import type { Position, Report } from "./report.ts";

/** What a settings file holds, and where its values stand. */
export interface SettingsFile<T> {
  /** What is assumed when there is no such file, or it is wrong. */
  readonly value: T;
  /** Whether there is one that is wrong, which has been reported. */
  readonly isWrong: boolean;
  /** Where a value stands; where its parent stands when it is missing. */
  at(path: ValuePath): Position;
}

/** Reads one of an environment's settings files; see {@link readSettingsFile}, also for `allowsMore`. */
export type ReadSettings = <T>(
  name: string,
  schema: v.GenericSchema<unknown, T>,
  fallback: T,
  allowsMore?: AllowsMore,
) => SettingsFile<T>;

/**
 * A settings file checked against its schema. Reports InvalidJSON, DuplicateField, InvalidSetting and UnknownField: as
 * an error in the formats that are Sortie's own, which are strict, and else as a warning.
 *
 * @param allowsMore says of which other fields it is an error, too
 */
export function readSettingsFile<T>(
  bytes: Uint8Array | undefined,
  name: string,
  schema: v.GenericSchema<unknown, T>,
  fallback: T,
  report: Report,
  allowsMore?: AllowsMore,
): SettingsFile<T> {
  if (!bytes) return { value: fallback, isWrong: false, at: () => ({ file: name, line: 1, column: 1 }) };
  const file = new JsonFile(name, bytes, report);
  const at = (path: ValuePath) => file.at(path);
  const checked =
    file.value === undefined
      ? undefined
      : checkValue(file, schema, report, { code: "InvalidSetting", unknownField: "error", allowsMore });
  return checked ? { ...checked, isWrong: false, at } : { value: fallback, isWrong: true, at };
}
