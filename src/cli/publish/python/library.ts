import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { packageRoot } from "../package-root.ts";
import { bindingsOf } from "./bindings.ts";
import { importsOf } from "./imports.ts";
import type { Binding } from "./python-file.ts";
import { pythonParser } from "./python-parser.ts";
import { textIn } from "./read-decorator.ts";

const FOLDER = "src/functions/python/lib";

/** Modules whose names are made from the ontology. */
const GENERATED = /^ontology_sdk(?:\.|$)/;

let found: ReadonlyMap<string, string> | null = null;

/** The modules that Sortie provides, by name, and where they are. */
export function libraryModules(): ReadonlyMap<string, string> {
  const folder = join(packageRoot(), FOLDER);
  found ??= new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
      if (!path.endsWith(".py")) return [];
      const name = path
        .slice(0, -".py".length)
        .split(sep)
        .join(".")
        .replace(/\.__init__$/, "");
      return name.startsWith("_") ? [] : [[name, join(folder, path)] as const];
    }),
  );
  return found;
}

/** What a module of Sortie's has, and what of it is meant for functions. */
export interface ModuleExports {
  readonly all: readonly string[];
  readonly offered: readonly string[];
}

/** Null when it cannot be told from the module's code. */
export async function exportsOf(module: string): Promise<ModuleExports | null> {
  const path = libraryModules().get(module);
  if (path === undefined || GENERATED.test(module)) return null;
  const parsed = await pythonParser.parse(readFileSync(path, "utf8"));
  if ("error" in parsed) throw new Error(`${path}: ${parsed.error.message}`);
  const file = {
    tree: parsed.tree,
    package: path.endsWith("__init__.py") ? module : module.replace(/\.?[^.]*$/, ""),
  };
  const bindings = bindingsOf(file);
  const isOpen = bindings.has("__getattr__") || importsOf(file).some(({ name }) => name === "*");
  if (isOpen) return null;
  const all = [...bindings.keys()];
  const own = all.filter((name) => !name.startsWith("_") && bindings.get(name)?.kind !== "import");
  return { all, offered: declaredIn(bindings.get("__all__")) ?? own };
}

/** The names that `__all__` lists. */
function declaredIn(binding: Binding | undefined): string[] | null {
  if (binding?.kind !== "value" || binding.node.kind !== "List") return null;
  return binding.node.elts.flatMap((element) => textIn(element) ?? []);
}
