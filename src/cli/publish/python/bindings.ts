import { absoluteName } from "./imports.ts";
import type { Binding, PythonFile } from "./python-file.ts";
import type { Expression, Statement } from "./syntax.ts";

/** The names of the outermost scope; of several declarations the last one counts, as in Python. */
export function bindingsOf(file: Pick<PythonFile, "tree" | "package">): Map<string, Binding> {
  const names = new Map<string, Binding>();
  for (const statement of outermost(file.tree.body)) {
    for (const [name, binding] of boundBy(statement, file.package)) names.set(name, binding);
  }
  return names;
}

/** The statements that run when the module is imported, but for those of functions and classes. */
export function outermost(body: readonly Statement[]): Statement[] {
  return body.flatMap((statement) => {
    if (statement.kind === "If") return outermost([...statement.body, ...statement.orelse]);
    if (statement.kind !== "Try" && statement.kind !== "TryStar") return [statement];
    const { handlers, orelse, finalbody } = statement;
    // What is done without a module must not hide what is done with it.
    const instead = handlers.flatMap((handler) => handler.body);
    return outermost([...instead, ...statement.body, ...orelse, ...finalbody]);
  });
}

function boundBy(statement: Statement, from: string): [string, Binding][] {
  switch (statement.kind) {
    case "Import":
      return statement.names.map(({ name, asname }) => {
        const [first = ""] = name.split(".");
        return [asname ?? first, { kind: "import", module: asname ? name : first, name: null }];
      });
    case "ImportFrom": {
      const { module = "", level } = statement;
      const base = level === 0 ? module : absoluteName(module, level, from);
      if (base === null) return [];
      return statement.names.map(({ name, asname }) => [
        asname ?? name,
        { kind: "import", module: base, name },
      ]);
    }
    case "ClassDef":
      return [[statement.name, { kind: "class", node: statement }]];
    case "FunctionDef":
    case "AsyncFunctionDef":
      return [[statement.name, { kind: "function", node: statement }]];
    case "TypeAlias":
      return [[statement.name.id, { kind: "value", node: statement.value, alias: statement }]];
    case "AnnAssign":
      return statement.value ? valueBound([statement.target], statement.value) : [];
    case "Assign":
      return valueBound(statement.targets, statement.value);
    default:
      return [];
  }
}

function valueBound(targets: readonly Expression[], node: Expression): [string, Binding][] {
  return targets.flatMap((target) =>
    target.kind === "Name" ? [[target.id, { kind: "value", node, alias: null }]] : [],
  );
}
