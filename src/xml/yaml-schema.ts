import * as v from "valibot";
import { nearestNames } from "./nearest.ts";
import type { Position, Report } from "./report.ts";
import { YamlFile, type YamlPath } from "./yaml-file.ts";

/** A YAML file that holds what its schema says. */
export interface CheckedYaml<T> {
  readonly value: T;
  /** Where a value stands; where its parent stands when it is missing. */
  at(path: YamlPath): Position;
  /** Where a field's name stands. */
  atName(path: YamlPath): Position;
}

/** What is wrong with a value, in words that do not show it. */
export interface ValueProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Reads a YAML file and checks it against a schema of valibot's strict objects, lists, records, variants by one
 * field and plain values. Null when it has an error. Reports InvalidYAML, InvalidValue, and as a warning
 * UnknownField. No message shows a value: somebody may have written a secret where none belongs.
 *
 * @param refuse judges every value before the schema does; what is below a refused one is not looked at
 */
export function readYaml<T>(
  path: string,
  bytes: Uint8Array,
  schema: v.GenericSchema<unknown, T>,
  report: Report,
  refuse: (value: unknown) => ValueProblem | null = () => null,
): CheckedYaml<T> | null {
  const file = new YamlFile(path, bytes, report);
  if (file.value === undefined) return null;
  const refused: YamlPath[] = [];
  const invalid = (at: YamlPath, wrong: string) => {
    const what = at.length === 0 ? "The file" : at.join(".");
    report.error("InvalidValue", file.at(at), `${what} ${wrong}.`, "Correct the value.");
  };
  const seen = (value: unknown, at: YamlPath) => {
    const problem = refuse(value);
    if (problem) {
      report.error(problem.code, file.at(at), problem.message, problem.remedy);
      refused.push(at);
    }
    return problem !== null;
  };
  inspect(file.value, [], seen);
  const value = withoutUnknown(schema as unknown as SchemaShape, file.value, [], {
    unknown(at, known) {
      const [near] = nearestNames(String(at.at(-1)), known);
      const remedy = near === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${near}?`;
      report.warning("UnknownField", file.atName(at), `The field ${at.join(".")} has no effect.`, remedy);
    },
    list(at) {
      invalid(at, "must be an object, and is a list");
      refused.push(at);
    },
  });
  const result = v.safeParse(schema, value);
  for (const issue of result.issues ?? []) {
    const at = issue.path?.map(({ key }) => key as string | number) ?? [];
    if (refused.some((above) => above.every((part, index) => part === at[index]))) continue;
    invalid(at, wrongness(issue));
  }
  if (!result.success || refused.length > 0) return null;
  return { value: result.output, at: (at) => file.at(at), atName: (at) => file.atName(at) };
}

/** Shows every value to `stop` from the outside in, and nothing below one that it is true for. */
function inspect(value: unknown, at: YamlPath, stop: (value: unknown, at: YamlPath) => boolean): void {
  if (stop(value, at) || value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    inspect(child, [...at, Array.isArray(value) ? Number(key) : key], stop);
  }
}

/** What of a valibot schema says which fields are known. */
interface SchemaShape {
  readonly type: string;
  /** Of objects. */
  readonly entries?: Readonly<Record<string, SchemaShape>>;
  /** Of optional and nullable values. */
  readonly wrapped?: SchemaShape;
  /** Of lists. */
  readonly item?: SchemaShape;
  /** Of records. */
  readonly value?: SchemaShape;
  /** Of variants: the field that tells them apart, and the objects. */
  readonly key?: string;
  readonly options?: readonly SchemaShape[];
}

/** Takes what valibot lets pass. */
interface Findings {
  /** A field that is not in the schema, and those that are. */
  unknown(at: YamlPath, known: readonly string[]): void;
  /** A list where an object belongs: to valibot it is one. */
  list(at: YamlPath): void;
}

const objects: ReadonlySet<string> = new Set(["strict_object", "record", "variant"]);

/** A value without the fields that its schema does not know. */
function withoutUnknown(
  schema: SchemaShape | undefined,
  value: unknown,
  at: YamlPath,
  findings: Findings,
): unknown {
  if (schema?.wrapped) return withoutUnknown(schema.wrapped, value, at, findings);
  if (!schema || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    if (objects.has(schema.type)) findings.list(at);
    return value.map((item, index) => withoutUnknown(schema.item, item, [...at, index], findings));
  }
  if (schema.type === "variant") return withoutUnknown(variantOf(schema, value), value, at, findings);
  const { entries } = schema;
  const known = Object.keys(entries ?? {});
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      if (entries && !Object.hasOwn(entries, name)) {
        findings.unknown([...at, name], known);
        return [];
      }
      return [[name, withoutUnknown(entries?.[name] ?? schema.value, child, [...at, name], findings)]];
    }),
  );
}

/** The option whose discriminating field accepts that of the value. */
function variantOf({ key = "", options = [] }: SchemaShape, value: object): SchemaShape | undefined {
  const discriminator = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return options.find(({ entries }) => {
    const field = entries?.[key];
    return field && v.is(field as unknown as v.GenericSchema, discriminator);
  });
}

function wrongness(issue: v.BaseIssue<unknown>): string {
  // A schema's own words are for the user; the library's show the value.
  if (issue.kind === "validation" || issue.type === "union") return issue.message;
  if (issue.input === undefined) return "is missing";
  const wanted = issue.expected ?? "";
  const kind = kinds.get(wanted);
  // Values that are listed one by one.
  if (kind === undefined) return `must be ${wanted.replace(/^\(|\)$/g, "").replaceAll(" | ", " or ")}`;
  return `must be ${kind}, and is ${kindOf(issue.input)}`;
}

/** The library's names of types in words. */
const kinds: ReadonlyMap<string, string> = new Map([
  ["Object", "an object"],
  ["Array", "a list"],
  ["string", "a text"],
  ["number", "a number"],
  ["boolean", "true or false"],
]);

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "boolean" ? "true or false" : (kinds.get(typeof value) ?? "an object");
}
