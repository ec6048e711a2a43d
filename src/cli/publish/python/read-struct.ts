import type { NamedType, ValueType } from "../../../functions/published-function.ts";
import { WRITE_A_TYPE } from "./annotation-types.ts";
import { dottedName, type Meaning } from "./meaning.ts";
import type { PythonFile } from "./python-file.ts";
import type { AnnAssign, ClassDef, Expression, FunctionDef } from "./syntax.ts";

/** A type, and whether its values may be None. */
export interface OptionalType {
  readonly type: ValueType;
  readonly optional: boolean;
}

/** Reads the types of a struct's fields. */
export interface FieldTypes {
  readOptional(node: Expression, file: PythonFile): OptionalType | null;
  /** What an annotation, or what it begins with, stands for. */
  meaning(node: Expression, file: PythonFile): Meaning;
  /** Reports UnsupportedType. */
  refuse(node: Expression, file: PythonFile, problem: string, remedy: string): null;
}

type Struct = ValueType & { type: "struct" };

const DECORATE = "Write @dataclass above the class, and import it from dataclasses.";

/**
 * A class as a struct: a dataclass, or one with annotated fields and an `__init__` that takes them by name. Fields that
 * it inherits come first. Reports UnsupportedType; null when it is no struct.
 * @param node where it is used, in `file`; `from` is where it is declared
 */
export function readStruct(
  node: Expression,
  declaration: ClassDef,
  from: PythonFile,
  file: PythonFile,
  types: FieldTypes,
): Struct | null {
  const { name, body, type_params: parameters } = declaration;
  const refuse = (why: string, remedy: string) =>
    types.refuse(node, file, `${name} is no type for a function: ${why}`, remedy);
  if (parameters.length > 0) return refuse("it has type parameters", "Name the types.");
  const lineage = lineageOf(declaration, from, types);
  if (typeof lineage === "string") {
    const remedy = OF_MEMBERS.test(lineage)
      ? "Write str, and make the member from it."
      : "Make it a dataclass that inherits from dataclasses only.";
    return refuse(`it inherits from ${lineage}`, remedy);
  }
  const isDataclass = declaration.decorator_list.some((decorator) =>
    isNamed(decorator, DATACLASS, from, types),
  );
  const init = body.find(
    (each): each is FunctionDef => each.kind === "FunctionDef" && each.name === "__init__",
  );
  if (!isDataclass && !init) return refuse("it is not a dataclass", DECORATE);
  const fields = lineage.flatMap((each) =>
    each.declaration.body
      .flatMap((statement) => fieldOf(statement, each.file, types))
      .map((field) => readField(field, each.file, types)),
  );
  const good = fields.filter((field) => field !== null);
  if (good.length < fields.length) return null;
  const unique = [...new Map(good.map((field) => [field.name, field])).values()];
  if (unique.length === 0) return refuse("it has no fields with types", WRITE_A_TYPE);
  return init ? fitting(init, unique, refuse) : { type: "struct", fields: unique };
}

/** Classes whose values are fixed members. */
const OF_MEMBERS = /(?:Enum|Flag)$/;

const DATACLASS = "dataclasses.dataclass";

interface DeclaredClass {
  readonly declaration: ClassDef;
  readonly file: PythonFile;
}

/** A class and those that it inherits from, these first and each once; or the name of one that nobody declared. */
function lineageOf(declaration: ClassDef, from: PythonFile, types: FieldTypes): DeclaredClass[] | string {
  const seen = new Set<ClassDef>();
  const found: DeclaredClass[] = [];
  const pending: DeclaredClass[] = [{ declaration, file: from }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (seen.has(next.declaration)) continue;
    seen.add(next.declaration);
    found.unshift(next);
    for (const base of next.declaration.bases) {
      const meaning = types.meaning(base, next.file);
      if (meaning.kind === "library" && meaning.name === "builtins.object") continue;
      if (meaning.kind !== "declared" || meaning.binding.kind !== "class") {
        const names = next.declaration.bases.map((each) => dottedName(each) ?? "something");
        return names.find((each) => OF_MEMBERS.test(each)) ?? dottedName(base) ?? "something";
      }
      pending.push({ declaration: meaning.binding.node, file: meaning.file });
    }
  }
  return found;
}

interface Field extends AnnAssign {
  readonly target: Extract<Expression, { kind: "Name" }>;
}

/** A field of a class; what belongs to the class itself is none. */
function fieldOf(statement: ClassDef["body"][number], file: PythonFile, types: FieldTypes): Field[] {
  if (statement.kind !== "AnnAssign" || statement.target.kind !== "Name") return [];
  const { annotation } = statement;
  const outer = annotation.kind === "Subscript" ? annotation.value : annotation;
  const isNoField =
    isNamed(outer, "typing.ClassVar", file, types) || isNamed(outer, "dataclasses.KW_ONLY", file, types);
  return isNoField ? [] : [{ ...statement, target: statement.target }];
}

function readField(
  { target, annotation, value }: Field,
  file: PythonFile,
  types: FieldTypes,
): NamedType | null {
  const call = value?.kind === "Call" && isNamed(value, "dataclasses.field", file, types) ? value : null;
  const given = new Map(call?.keywords.map((keyword) => [keyword.arg, keyword.value]));
  const init = given.get("init");
  if (init?.kind === "Constant" && init.value === false) {
    return types.refuse(target, file, `The field ${target.id} cannot be given`, "Take out init=False.");
  }
  const hasDefault = call ? given.has("default") || given.has("default_factory") : value !== undefined;
  const found = types.readOptional(annotation, file);
  return found && { name: target.id, type: found.type, optional: found.optional || hasDefault };
}

/** A struct whose fields a class takes with an `__init__` of its own. */
function fitting(
  { args }: FunctionDef,
  fields: readonly NamedType[],
  refuse: (why: string, remedy: string) => null,
): Struct | null {
  const [, ...named] = [...args.posonlyargs, ...args.args];
  const taken = [...named, ...args.kwonlyargs].map(({ arg }) => arg);
  const missing = fields.find(({ name }) => !args.kwarg && !taken.includes(name));
  if (missing) {
    return refuse(
      `its __init__ does not take ${missing.name}`,
      "Let it take each field by its name, or make it a dataclass.",
    );
  }
  const additional = taken
    .slice(0, taken.length - args.defaults.length)
    .find((each) => !fields.some(({ name }) => name === each));
  if (additional !== undefined && !args.kwonlyargs.some(({ arg }) => arg === additional)) {
    return refuse(
      `its __init__ takes ${additional}, which is no field`,
      `Write ${additional}: and its type in the class.`,
    );
  }
  const withDefault = new Set(named.slice(named.length - args.defaults.length).map(({ arg }) => arg));
  return {
    type: "struct",
    fields: fields.map((field) => ({ ...field, optional: field.optional || withDefault.has(field.name) })),
  };
}

/** Whether an expression, or what it calls, is a library's. */
function isNamed(node: Expression, name: string, file: PythonFile, types: FieldTypes): boolean {
  const meaning = types.meaning(node.kind === "Call" ? node.func : node, file);
  return meaning.kind === "library" && meaning.name === name;
}
