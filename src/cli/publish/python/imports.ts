import type { PythonFile } from "./python-file.ts";
import type { Place, PythonNode, Try } from "./syntax.ts";
import { walk } from "./walk.ts";

/** A module that a file imports, or one thing from it. */
export interface PythonImport extends Place {
  /** Its full name; relative ones are worked out, unless they lead out. */
  readonly module: string;
  /** What is imported from it; null for the module itself, `*` for everything. */
  readonly name: string | null;
  /** Where the module is named. */
  readonly moduleAt: Place;
  /** Whether it is relative and leads out of the package that the file is in. */
  readonly leadsOut: boolean;
  /** Whether the code goes on without it, or only type checkers read it. */
  readonly optional: boolean;
}

/** All imports of a file, wherever they stand. */
export function importsOf({ tree, package: from }: Pick<PythonFile, "tree" | "package">): PythonImport[] {
  const optional = new Set<PythonNode>();
  const found: PythonImport[] = [];
  walk(tree, (node) => {
    if ((node.kind === "Try" || node.kind === "TryStar") && goesOn(node)) markAll(node.body, optional);
    if (node.kind === "If" && isTypeChecking(node.test)) markAll(node.body, optional);
    if (node.kind === "Import") {
      for (const { name: module, line, column } of node.names) {
        found.push({
          module,
          moduleAt: { line, column },
          name: null,
          leadsOut: false,
          optional: optional.has(node),
          line,
          column,
        });
      }
    } else if (node.kind === "ImportFrom") {
      const { module = "", level } = node;
      const moduleAt = { line: node.line, column: node.column + "from ".length };
      const base = level === 0 ? module : absoluteName(module, level, from);
      for (const { name, line, column } of node.names) {
        const leadsOut = base === null;
        // A module that is not there is reported once, where it is named.
        found.push({
          module: base ?? module,
          moduleAt,
          name,
          leadsOut,
          optional: optional.has(node),
          line,
          column,
        });
      }
    }
    return undefined;
  });
  return found;
}

/** The full name of a relative module; null when it leads out of the file's package. */
export function absoluteName(module: string, level: number, from: string): string | null {
  const parts = from === "" ? [] : from.split(".");
  if (level > parts.length) return null;
  return [...parts.slice(0, parts.length - level + 1), ...(module === "" ? [] : [module])].join(".");
}

function markAll(body: readonly PythonNode[], optional: Set<PythonNode>): void {
  for (const statement of body) {
    walk(statement, (node) => {
      optional.add(node);
      return undefined;
    });
  }
}

const CAUGHT = new Set(["ImportError", "ModuleNotFoundError", "Exception", "BaseException"]);

/** Whether a `try` catches that a module is not there. */
function goesOn({ handlers }: Try): boolean {
  return handlers.some(({ type }) => {
    const types = type?.kind === "Tuple" ? type.elts : [type];
    return types.some((each) => !each || (each.kind === "Name" && CAUGHT.has(each.id)));
  });
}

function isTypeChecking(test: PythonNode): boolean {
  if (test.kind === "Attribute") return test.attr === "TYPE_CHECKING";
  return test.kind === "Name" && test.id === "TYPE_CHECKING";
}
