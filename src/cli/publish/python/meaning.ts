import { typeNames } from "./annotation-types.ts";
import type { Binding, PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import type { PythonNode } from "./syntax.ts";

/** What a name in a file stands for. */
export type Meaning =
  /** Of a module that the function's author did not write: `functions.api.Integer`, `builtins.int`. */
  | { readonly kind: "library"; readonly name: string }
  | {
      readonly kind: "declared";
      readonly binding: Exclude<Binding, { kind: "import" }>;
      readonly file: PythonFile;
    }
  | { readonly kind: "unknown" };

/** The decorator of functions. */
export const FUNCTION = "functions.api.function";

const BUILTINS: ReadonlySet<string> = new Set(
  "bool bytearray bytes complex dict float frozenset int list object set str tuple type".split(" "),
);

const UNKNOWN: Meaning = { kind: "unknown" };

/** How many files may pass a name on to each other. */
const MOST_STEPS = 100;

/** `a.b.c` for names and their attributes; null for any other expression. */
export function dottedName(node: PythonNode): string | null {
  const parts: string[] = [];
  let rest = node;
  for (; rest.kind === "Attribute"; rest = rest.value) parts.unshift(rest.attr);
  return rest.kind === "Name" ? [rest.id, ...parts].join(".") : null;
}

/** What an expression stands for when it is a name, or attributes of one. */
export function meaningOf(node: PythonNode, file: PythonFile, files: PythonFiles): Meaning {
  const dotted = dottedName(node);
  return dotted === null ? UNKNOWN : meaningIn(dotted.split("."), file, files, MOST_STEPS);
}

/** The full name of what a library has; null for anything else. */
export function libraryName(node: PythonNode, file: PythonFile, files: PythonFiles): string | null {
  const meaning = meaningOf(node, file, files);
  return meaning.kind === "library" ? meaning.name : null;
}

function meaningIn(
  [first = "", ...rest]: readonly string[],
  file: PythonFile,
  files: PythonFiles,
  steps: number,
): Meaning {
  const binding = file.names.get(first);
  if (!binding) return meaningWithout(first, rest, file, files, steps);
  if (binding.kind !== "import") return rest.length === 0 ? { kind: "declared", binding, file } : UNKNOWN;
  const path = binding.name === null ? rest : [binding.name, ...rest];
  return meaningOfModule(binding.module, path, files, steps - 1);
}

/** What a path below a module stands for. */
function meaningOfModule(
  module: string,
  path: readonly string[],
  files: PythonFiles,
  steps: number,
): Meaning {
  if (!files.has(module)) return { kind: "library", name: [module, ...path].join(".") };
  const [first, ...rest] = path;
  if (first === undefined || steps < 0) return UNKNOWN;
  const file = files.module(module);
  if (file?.names.has(first)) return meaningIn(path, file, files, steps);
  return meaningOfModule(module === "" ? first : `${module}.${first}`, rest, files, steps - 1);
}

/** What a name stands for that nothing in its file binds. */
function meaningWithout(
  first: string,
  rest: readonly string[],
  file: PythonFile,
  files: PythonFiles,
  steps: number,
): Meaning {
  for (const module of steps > 0 ? file.stars : []) {
    const found = meaningOfModule(module, [first, ...rest], files, steps - 1);
    if (found.kind === "declared" || (found.kind === "library" && isKnown(found.name))) return found;
  }
  const isBuiltin = rest.length === 0 && BUILTINS.has(first);
  return isBuiltin ? { kind: "library", name: `builtins.${first}` } : UNKNOWN;
}

/** Whether a library has that, as far as reading functions needs to know it. */
function isKnown(name: string): boolean {
  return name === FUNCTION || typeNames.includes(name);
}
