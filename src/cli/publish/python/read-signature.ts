import type { Report } from "../../../documents/report.ts";
import type { NamedType, PublishedFunction } from "../../../functions/published-function.ts";
import type { Signature } from "../read-signature.ts";
import { libraryName } from "./meaning.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import type { AnnotationReader } from "./read-annotation.ts";
import type { Argument, Expression, FunctionDef } from "./syntax.ts";
import { walk } from "./walk.ts";

/**
 * Reads the signature of a function; null when it cannot be published, which is reported: UnsupportedType,
 * UnsupportedParameter, MissingParameterType, MissingReturnType, UnsupportedSignature.
 */
export function readSignature(
  node: FunctionDef,
  file: PythonFile,
  files: PythonFiles,
  types: AnnotationReader,
  report: Report,
): Signature | null {
  const plain = checkPlain(node, file, report);
  const parameters = parametersOf(node).map(({ argument, hasDefault }) =>
    readParameter(argument, hasDefault, file, types, report),
  );
  const output = readOutput(node, file, files, types, report);
  const good = parameters.filter((parameter) => parameter !== null);
  if (!plain || good.length < parameters.length || output === undefined) return null;
  return { parameters: good, output };
}

function checkPlain(node: FunctionDef, file: PythonFile, report: Report): boolean {
  const { args, type_params: typeParameters } = node;
  const refuse = (code: string, at: { line: number; column: number }, problem: string, remedy: string) => {
    report.error(code, file.at(at), problem, remedy);
    return false;
  };
  const refused = [
    node.kind === "FunctionDef" ||
      refuse(
        "UnsupportedSignature",
        node,
        "An async function cannot be published.",
        "Write def; calls through requests and sources are not awaited.",
      ),
    ...typeParameters.map((at) =>
      refuse(
        "UnsupportedSignature",
        at,
        "A function with type parameters cannot be published.",
        "Name the types.",
      ),
    ),
    ...[args.vararg, args.kwarg].map((at) =>
      at
        ? refuse(
            "UnsupportedParameter",
            at,
            `${at === args.vararg ? "*" : "**"}${at.arg} has no fixed parameters.`,
            "Give each parameter a name and a type; a list or a dict can take many values.",
          )
        : true,
    ),
    ...args.posonlyargs.map((at) =>
      refuse(
        "UnsupportedParameter",
        at,
        `The parameter ${at.arg} cannot be given by its name.`,
        "Take out the / from the parameters.",
      ),
    ),
    ...yieldsIn(node).map((at) =>
      refuse("UnsupportedSignature", at, "A generator cannot be published.", "Return a list."),
    ),
  ];
  return refused.every(Boolean);
}

/** Where the function itself gives values one by one; at most the first place. */
function yieldsIn(node: FunctionDef): { line: number; column: number }[] {
  const found: { line: number; column: number }[] = [];
  for (const statement of node.body) {
    walk(statement, (inner) => {
      const kind: string = inner.kind;
      if (["FunctionDef", "AsyncFunctionDef", "ClassDef", "Lambda"].includes(kind)) return false;
      if ((kind === "Yield" || kind === "YieldFrom") && "line" in inner) found.push(inner);
      return undefined;
    });
  }
  return found.slice(0, 1);
}

function parametersOf({ args }: FunctionDef): { argument: Argument; hasDefault: boolean }[] {
  const positional = [...args.posonlyargs, ...args.args];
  const firstDefault = positional.length - args.defaults.length;
  return [
    ...positional.map((argument, index) => ({ argument, hasDefault: index >= firstDefault })),
    ...args.kwonlyargs.map((argument, index) => ({ argument, hasDefault: Boolean(args.kw_defaults[index]) })),
  ];
}

function readParameter(
  argument: Argument,
  hasDefault: boolean,
  file: PythonFile,
  types: AnnotationReader,
  report: Report,
): NamedType | null {
  const { arg: name, annotation } = argument;
  if (!annotation) {
    report.error(
      "MissingParameterType",
      file.at(argument),
      `The parameter ${name} has no type.`,
      `Write ${name}: and its type, such as ${name}: str.`,
    );
    return null;
  }
  const found = types.readOptional(annotation, file);
  return found && { name, type: found.type, optional: found.optional || hasDefault };
}

/** Undefined when it is wrong. */
function readOutput(
  node: FunctionDef,
  file: PythonFile,
  files: PythonFiles,
  types: AnnotationReader,
  report: Report,
): PublishedFunction["output"] | undefined {
  const { returns } = node;
  if (!returns) {
    report.error(
      "MissingReturnType",
      file.at(node),
      "The function does not say what it returns.",
      "Write -> and the type after its parameters, such as -> str; -> None when it returns nothing.",
    );
    return undefined;
  }
  if (returns.kind === "Constant" && returns.type === "None") return null;
  if (isEdits(returns, file, files)) return { type: { type: "edits" }, optional: false };
  return types.readOptional(returns, file) ?? undefined;
}

/** `list[OntologyEdit]` */
function isEdits(node: Expression, file: PythonFile, files: PythonFiles): boolean {
  if (node.kind !== "Subscript") return false;
  const outer = libraryName(node.value, file, files) ?? "";
  const inner = libraryName(node.slice, file, files);
  return ["builtins.list", "typing.List"].includes(outer) && inner === "functions.api.OntologyEdit";
}
