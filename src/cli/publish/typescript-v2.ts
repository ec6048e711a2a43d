import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { unwrapped } from "./literal.ts";
import { readConfig, variableNamed } from "./read-config.ts";
import { type Callable, readSignature } from "./read-signature.ts";
import { TypeReader } from "./read-type.ts";
import { nameIn, type SourceFile, type SourceFiles } from "./source-file.ts";

/** The statement or name by which a file exports something as its default. */
export function defaultExport(file: SourceFile): t.Node | null {
  for (const statement of file.body) {
    if (statement.type === "ExportDefaultDeclaration") return statement.declaration;
    if (statement.type !== "ExportNamedDeclaration" || statement.exportKind === "type") continue;
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ExportSpecifier" && nameIn(specifier.exported) === "default") {
        return statement.source ? specifier : specifier.local;
      }
    }
  }
  return null;
}

/**
 * Reads a TypeScript v2 function: what the entry file exports as its default, and its `config`.
 * Foundry: "Make API calls from functions" (TypeScript v2).
 * @param folder the name of the function's folder, which is its name unless `config.apiName` gives another one
 */
export function readVersion2(
  exported: t.Node,
  folder: string,
  file: SourceFile,
  files: SourceFiles,
  report: Report,
): DeclaredFunction {
  const { apiName, sources } = readConfig(file, report);
  const callable = callableOf(exported, file);
  const types = new TypeReader("typescript-v2", files, report);
  if (!callable) {
    report.error(
      "UnsupportedDefaultExport",
      file.at(exported),
      "What the file exports as its default is not a function that is written in it.",
      "Write export default async function, with its parameters and what it returns.",
    );
  }
  return {
    name: apiName?.name ?? folder,
    at: apiName?.at ?? file.at(exported),
    language: "typescript-v2",
    isQuery: false,
    signature: callable && readSignature(callable, file, types, report),
    sources,
    call: "user.default",
    method: null,
  };
}

/** The function that a default export stands for. */
function callableOf(exported: t.Node, file: SourceFile): Callable | null {
  const node = unwrapped(exported);
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node;
    case "Identifier": {
      const value = variableNamed(file, node.name)?.init;
      return value ? callableOf(value, file) : functionNamed(file, node.name);
    }
    default:
      return null;
  }
}

function functionNamed({ body }: SourceFile, name: string): t.FunctionDeclaration | null {
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration" && declaration.id?.name === name) return declaration;
  }
  return null;
}
