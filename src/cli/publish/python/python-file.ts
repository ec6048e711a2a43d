import type { Position } from "../../../documents/report.ts";
import type { ClassDef, Expression, FunctionDef, Module, Place, TypeAlias } from "./syntax.ts";

/** What a name of a file's outermost scope stands for. */
export type Binding =
  /** `name` as that module has it; null for the module itself. */
  | { readonly kind: "import"; readonly module: string; readonly name: string | null }
  | { readonly kind: "class"; readonly node: ClassDef }
  | { readonly kind: "function"; readonly node: FunctionDef }
  | { readonly kind: "value"; readonly node: Expression; readonly alias: TypeAlias | null };

/** A Python file of a function, read. */
export interface PythonFile {
  readonly path: string;
  readonly text: string;
  /** By what name other files of the function import it. */
  readonly module: string;
  /** The package that relative imports start from; empty for the function's folder. */
  readonly package: string;
  readonly tree: Module;
  /** What the names of its outermost scope stand for. */
  readonly names: ReadonlyMap<string, Binding>;
  /** The modules that it imports everything from. */
  readonly stars: readonly string[];
  at(place: Place): Position;
}
