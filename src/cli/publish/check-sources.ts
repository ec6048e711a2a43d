import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { sourceSymbol } from "./decorators.ts";
import { declaredNames, type KnownSources, remedyForUndeclared } from "./known-sources.ts";
import { textIn } from "./literal.ts";
import type { SourceFile } from "./source-file.ts";
import { referencesIn, walk } from "./walk.ts";

/** A place that asks for a source by a name that can be read. */
interface SourceUse {
  readonly node: t.Node;
  readonly name: string;
}

/**
 * Reports UndeclaredSource: code that asks for a source which its function does not declare. Names that are
 * worked out are checked when the code runs.
 */
export function checkSources(
  functions: readonly DeclaredFunction[],
  files: readonly SourceFile[],
  known: KnownSources,
  report: Report,
): void {
  for (const file of files) {
    for (const { name, node } of usesIn(file)) {
      const users = functionsAround(node, file, functions);
      const declared = users.flatMap(({ sources }) => sources.map((source) => source.name));
      if (users.length === 0 || declaredNames(declared, known).has(name) || name.startsWith("ri.")) continue;
      const isV1 = users[0]?.language === "typescript-v1";
      report.error(
        "UndeclaredSource",
        file.at(node),
        `The function does not declare the source ${name}.`,
        remedyForUndeclared(name, declared, known, (sources) =>
          isV1
            ? `add it to the method: @ExternalSystems({ sources: [${sources.join(", ")}] }).`
            : `add it to the entry file: export const config = { sources: [${sources.map((each) => JSON.stringify(each)).join(", ")}] }.`,
        ),
      );
    }
  }
}

/** The function whose method the code is in; all of them for what stands outside. */
export function functionsAround(
  node: t.Node,
  file: SourceFile,
  functions: readonly DeclaredFunction[],
): readonly DeclaredFunction[] {
  const around = functions.filter(({ method }) => method?.file === file && isWithin(node, method.node));
  return around.length > 0 ? around : functions;
}

function isWithin(inner: t.Node, outer: t.Node): boolean {
  return Number(inner.start) >= Number(outer.start) && Number(inner.end) <= Number(outer.end);
}

function usesIn(file: SourceFile): SourceUse[] {
  const uses: SourceUse[] = [];
  const decorators: t.Node[] = [];
  const addSymbol = (node: t.Node) => {
    const name = sourceSymbol(node, file);
    const declares = decorators.some((decorator) => isWithin(node, decorator));
    if (name !== null && !declares) uses.push({ node, name });
  };
  walk(file.program, (node) => {
    if (node.type === "Decorator") decorators.push(node);
    else if (node.type === "MemberExpression") addSymbol(node);
    else if (node.type === "CallExpression" && asksForSource(node.callee, file)) {
      const [argument] = node.arguments;
      const name = textIn(argument);
      if (argument && name !== null) uses.push({ node: argument, name });
    }
  });
  for (const node of referencesIn(file.program)) addSymbol(node);
  return uses;
}

/** True for `getSource` and `Aliases.source`, by whatever name they are imported. */
function asksForSource(callee: t.Node, { imports }: SourceFile): boolean {
  if (callee.type === "Identifier") {
    const imported = imports.get(callee.name);
    return imported?.module === "@palantir/functions-sources" && imported.name === "getSource";
  }
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier")
    return false;
  const method = callee.property.name;
  const { object } = callee;
  if (object.type === "MemberExpression" && object.object.type === "Identifier") {
    return (
      isModule(object.object, "@osdk/functions", imports) && isNamed(object, "Aliases") && method === "source"
    );
  }
  if (object.type !== "Identifier") return false;
  const imported = imports.get(object.name);
  if (imported?.module === "@osdk/functions") return imported.name === "Aliases" && method === "source";
  return isModule(object, "@palantir/functions-sources", imports) && method === "getSource";
}

function isModule({ name }: t.Identifier, module: string, imports: SourceFile["imports"]): boolean {
  const imported = imports.get(name);
  return imported?.module === module && imported.name === "*";
}

function isNamed({ property, computed }: t.MemberExpression, name: string): boolean {
  return !computed && property.type === "Identifier" && property.name === name;
}
