import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import { library } from "./library.ts";
import { textIn } from "./literal.ts";
import { refusalInFunction } from "./refused-imports.ts";
import { nameIn, type SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

/**
 * Reports what a file of a function imports and may not: UnsupportedImport, and UnknownExport for names that
 * Foundry's libraries do not have here. Imports of types count as well, since they show what is expected.
 */
export function checkImports(file: SourceFile, report: Report): void {
  walk(file.program, (node) => {
    const source = sourceOf(node);
    const module = textIn(source);
    if (!source || module === null) return;
    const refusal = refusalInFunction(module);
    if (refusal) report.error("UnsupportedImport", file.at(source), refusal.message, refusal.remedy);
    else if (node.type === "ImportDeclaration") checkNames(node, file, report);
  });
}

/** What names the module in an import, a re-export, or a call that imports. */
export function sourceOf(node: t.Node): t.Node | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source ?? null;
    case "TSExternalModuleReference":
      return node.expression;
    case "ImportExpression":
      return node.source;
    case "CallExpression": {
      const { callee } = node;
      const imports = callee.type === "Import" || (callee.type === "Identifier" && callee.name === "require");
      return imports ? (node.arguments[0] ?? null) : null;
    }
    default:
      return null;
  }
}

function checkNames({ source, specifiers }: t.ImportDeclaration, file: SourceFile, report: Report): void {
  const provided = library.get(source.value);
  if (!provided) return;
  const names = [...provided.values, ...provided.types];
  for (const specifier of specifiers) {
    if (specifier.type === "ImportNamespaceSpecifier") continue;
    const name = specifier.type === "ImportSpecifier" ? nameIn(specifier.imported) : "default";
    if (names.includes(name) || isDecorator(name, source.value)) continue;
    report.error(
      "UnknownExport",
      file.at(specifier),
      `${source.value} has no ${name} here.`,
      didYouMean(name, names, `write one that it has: ${names.join(", ")}.`),
    );
  }
}

/** Decorators that are refused are reported where they are used. */
function isDecorator(name: string, module: string): boolean {
  return module === "@foundry/functions-api" && name === "ChatCompletion";
}
