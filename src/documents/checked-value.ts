import * as v from "valibot";
import { type SchemaShape, type ValuePath, withoutUnknown } from "./known-fields.ts";
import { nearestNames } from "./nearest.ts";
import type { Position, Report } from "./report.ts";
import { choicesOf, wordsFor } from "./schema-words.ts";

/** What a file holds, with the places of what is in it. */
export interface PlacedValue {
  readonly value: unknown;
  /** Where a value stands; where its parent stands when it is missing. */
  at(path: ValuePath): Position;
  /** Where a field's name stands. */
  atName(path: ValuePath): Position;
}

/** What is wrong with a value, in words that do not show it. */
export interface ValueProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Whether more is allowed when a field that is not known has no effect: then it is an error everywhere.
 * @param meant fields with names that are near
 */
export type AllowsMore = (field: string, meant: readonly string[], object: object) => boolean;

interface CheckOptions {
  /** The code of values that are not what the schema says. */
  readonly code: string;
  /** How a field is reported that a strict object does not know; one that other objects do not is a warning. */
  readonly unknownField: "error" | "warning";
  readonly allowsMore?: AllowsMore | undefined;
  /** Judges every value before the schema does; what is below a refused one is not looked at. */
  readonly refuse?: (value: unknown, at: ValuePath) => ValueProblem | null;
}

/**
 * What a schema makes of a file: one of valibot's objects, lists, records, variants by one field and plain values.
 * Undefined when it has an error. Reports `code` and UnknownField. No message shows a value: somebody may have
 * written a secret where none belongs.
 */
export function checkValue<T>(
  file: PlacedValue,
  schema: v.GenericSchema<unknown, T>,
  report: Report,
  { code, unknownField, allowsMore = () => false, refuse = () => null }: CheckOptions,
): { readonly value: T } | undefined {
  let failed = false;
  const refused: ValuePath[] = [];
  const isRefused = (at: ValuePath) =>
    refused.some((above) => above.every((part, index) => part === at[index]));
  const error = (errorCode: string, at: Position, message: string, remedy: string) => {
    failed = true;
    report.error(errorCode, at, message, remedy);
  };
  inspect(file.value, [], (value, at) => {
    const problem = refuse(value, at);
    if (!problem) return false;
    error(problem.code, file.at(at), problem.message, problem.remedy);
    refused.push(at);
    return true;
  });
  const value = withoutUnknown(schema as unknown as SchemaShape, file.value, [], {
    unknown(at, known, isStrict, object) {
      if (isRefused(at)) return;
      const name = String(at.at(-1));
      const message = `The field ${nameOf(at)} is not known and has no effect.`;
      const remedy = remedyForName(name, known);
      const isError = isStrict && unknownField === "error";
      if (isError || allowsMore(name, nearestNames(name, known), object))
        error("UnknownField", file.atName(at), message, remedy);
      else report.warning("UnknownField", file.atName(at), message, remedy);
    },
    list(at) {
      error(code, file.at(at), `${titleOf(at)} must be an object, and is a list.`, "Write an object.");
      refused.push(at);
    },
  });
  const result = v.safeParse(schema, value);
  for (const issue of result.issues ?? []) {
    const at = issue.path?.map(({ key }) => key as string | number) ?? [];
    if (isRefused(at)) continue;
    if (isAboutName(issue)) {
      const { message, remedy } = wordsForName(issue, at);
      error(code, file.atName(at), message, remedy);
    } else {
      const { wrong, remedy } = wordsFor(issue);
      error(code, file.at(at), `${titleOf(at)} ${wrong}.`, remedy);
    }
  }
  return result.success && !failed ? { value: result.output } : undefined;
}

function titleOf(at: ValuePath): string {
  return at.length === 0 ? "The file" : nameOf(at);
}

/** Such as `[0].credentials[1].consumerKey`. */
function nameOf(at: ValuePath): string {
  return at
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** Whether it is not a value that is wrong but the name of a record's field. */
function isAboutName({ path, input }: v.BaseIssue<unknown>): boolean {
  const last = path?.at(-1);
  // The library says the same of a field that is missing.
  return input !== undefined && last !== undefined && "origin" in last && last.origin === "key";
}

function wordsForName(issue: v.BaseIssue<unknown>, at: ValuePath): { message: string; remedy: string } {
  const choices = choicesOf(issue);
  if (choices.length > 0) {
    const message = `The field ${nameOf(at)} is not known.`;
    return { message, remedy: remedyForName(String(at.at(-1)), choices) };
  }
  const { wrong, remedy } = wordsFor(issue);
  return { message: `The name ${at.at(-1)} ${wrong}.`, remedy };
}

function remedyForName(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  return near.length > 0
    ? `Did you mean ${near.join(" or ")}? Otherwise take it out.`
    : `Take it out. Known here: ${known.join(", ")}.`;
}

/** Shows every value to `stop` from the outside in, and nothing below one that it is true for. */
function inspect(value: unknown, at: ValuePath, stop: (value: unknown, at: ValuePath) => boolean): void {
  if (stop(value, at) || value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    inspect(child, [...at, Array.isArray(value) ? Number(key) : key], stop);
  }
}
