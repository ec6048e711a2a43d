import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import { reportUndeclared } from "./check-edits.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { unwrapped } from "./literal.ts";
import { readConfig, variableNamed } from "./read-config.ts";
import { type Callable, readSignature } from "./read-signature.ts";
import { annotationOf } from "./read-struct.ts";
import { TypeReader } from "./read-type.ts";
import { nameIn, type SourceFile, type SourceFiles } from "./source-file.ts";
import { lookUpType } from "./type-names.ts";
import { referencesIn, walk } from "./walk.ts";

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
  const { apiName, sources, edits } = readConfig(file, report);
  const callable = callableOf(exported, file);
  const client = callable && clientOf(callable, file, files);
  const types = new TypeReader("typescript-v2", files, report);
  if (!callable) {
    report.error(
      "UnsupportedDefaultExport",
      file.at(exported),
      "What the file exports as its default is not a function that is written in it.",
      "Write export default async function, with its parameters and what it returns.",
    );
  }
  const signature = callable && readSignature(callable, file, types, report, client ? 1 : 0);
  const declared = edits?.map((each) => each.name);
  for (const edit of signature?.edits ?? []) {
    if (declared && !declared.includes(edit.name)) reportUndeclared(edit, declared, report);
  }
  return {
    name: apiName?.name ?? folder,
    at: apiName?.at ?? file.at(exported),
    language: "typescript-v2",
    isQuery: false,
    signature: signature && { parameters: signature.parameters, output: signature.output },
    sources,
    edits: edits ?? signature?.edits ?? [],
    ...callOf(callable, client, file),
    method: null,
  };
}

/** The parameter for the client of the ontology, which is the first one and none of the caller's; null without one. */
function clientOf({ params: [first] }: Callable, file: SourceFile, files: SourceFiles): t.Identifier | null {
  if (first?.type !== "Identifier") return null;
  const type = annotationOf(first);
  if (type?.type !== "TSTypeReference") return null;
  const named = lookUpType(type.typeName, file, files);
  return named.kind === "library" && named.module === "@osdk/client" && named.name === "Client"
    ? first
    : null;
}

/** How it is called: with the real client only where it does more with it than to name the ontology. */
function callOf(
  callable: Callable | null,
  client: t.Identifier | null,
  file: SourceFile,
): Pick<DeclaredFunction, "call" | "usesClient"> {
  if (!callable || !client) return { call: "user.default", usesClient: false };
  const usesClient = isUsed(client.name, callable, file);
  const given = usesClient ? "clientOfCall()" : "{}";
  return { call: `(...parameters) => user.default(${given}, ...parameters)`, usesClient };
}

/** Whether a client is used for anything but a batch of edits. */
function isUsed(client: string, { body }: Callable, { imports }: SourceFile): boolean {
  const named = new Set<t.Node>();
  walk(body, (node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return;
    const imported = imports.get(node.callee.name);
    const [first] = node.arguments;
    const isBatch = imported?.module === "@osdk/functions" && imported.name === "createEditBatch";
    if (isBatch && first) named.add(first);
  });
  return referencesIn(body).some((reference) => reference.name === client && !named.has(reference));
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
