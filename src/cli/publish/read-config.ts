import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { DeclaredSource } from "./declared-function.ts";
import { ONTOLOGY_SDK } from "./library.ts";
import { fieldsOf, textIn, unwrapped } from "./literal.ts";
import { type DeclaredEdit, listedEdits } from "./read-edits.ts";
import type { SourceFile } from "./source-file.ts";

/** What `export const config` of a TypeScript v2 function says. */
export interface FunctionConfig {
  readonly apiName: DeclaredSource | null;
  readonly sources: readonly DeclaredSource[];
  /** Null when it does not say. */
  readonly edits: readonly DeclaredEdit[] | null;
}

const LITERAL = "Write the value itself, as text between quotes: it is read without running the code.";

/**
 * Reads `export const config` of an entry file. Reports ConfigNotLiteral, UnknownConfig.
 * Foundry: "Make API calls from functions" (TypeScript v2).
 */
export function readConfig(file: SourceFile, report: Report): FunctionConfig {
  const value = configIn(file, report);
  let apiName: FunctionConfig["apiName"] = null;
  let sources: FunctionConfig["sources"] = [];
  let edits: FunctionConfig["edits"] = null;
  const notLiteral = (node: t.Node, what: string) =>
    report.error("ConfigNotLiteral", file.at(node), `${what} is not a literal.`, LITERAL);

  function readField(name: string, node: t.Node): void {
    const value = unwrapped(node);
    switch (name) {
      case "apiName": {
        const text = textIn(value);
        if (text === null) notLiteral(node, "config.apiName");
        else apiName = { name: text, at: file.at(value) };
        break;
      }
      case "sources":
        if (value.type === "ArrayExpression") sources = readSources(value, file, notLiteral);
        else notLiteral(node, "config.sources");
        break;
      case "edits":
        if (value.type === "ArrayExpression") edits = readTypes(value, file, report);
        else notLiteral(node, "config.edits");
        break;
      case "scope":
        report.warning(
          "UnusedConfig",
          file.at(node),
          "config.scope has no effect: there are no Foundry resources here.",
          "Take it out.",
        );
        break;
      default:
        report.error(
          "UnknownConfig",
          file.at(node),
          `config has no field ${name}.`,
          didYouMean(
            name,
            ["apiName", "sources", "edits"],
            "take it out: config may have apiName, sources and edits.",
          ),
        );
    }
  }

  if (value?.type === "ObjectExpression") {
    for (const field of fieldsOf(value)) {
      if ("type" in field) notLiteral(field, "A part of config");
      else readField(...field);
    }
  }
  return { apiName, sources, edits };
}

/** Object types by the names that `@ontology/sdk` exports. */
function readTypes({ elements }: t.ArrayExpression, file: SourceFile, report: Report): DeclaredEdit[] {
  return listedEdits(elements, file, (element) =>
    report.error(
      "ConfigNotLiteral",
      file.at(element),
      "A part of config.edits is no object type.",
      `Write config = { edits: [Employee] }, with Employee imported from ${ONTOLOGY_SDK}.`,
    ),
  );
}

function readSources(
  { elements }: t.ArrayExpression,
  file: SourceFile,
  notLiteral: (node: t.Node, what: string) => void,
): DeclaredSource[] {
  const declared = elements.flatMap((element) => {
    if (!element) return [];
    const name = textIn(element);
    if (name !== null) return { name, at: file.at(element) };
    notLiteral(element, "A name in config.sources");
    return [];
  });
  return uniqueSources(declared);
}

/** Each source once, where it is declared first. */
export function uniqueSources(declared: readonly DeclaredSource[]): DeclaredSource[] {
  const first = new Map(declared.toReversed().map((source) => [source.name, source]));
  return [...new Set(declared.map(({ name }) => name))].flatMap((name) => first.get(name) ?? []);
}

/** The value of the constant that the file exports as `config`. */
function configIn(file: SourceFile, report: Report): t.Node | null {
  for (const statement of file.body) {
    if (statement.type !== "ExportNamedDeclaration") continue;
    const found =
      statement.declaration?.type === "VariableDeclaration"
        ? namedVariable(statement.declaration, "config")
        : exportedAsConfig(statement, file);
    if (!found) continue;
    const value = found.type === "VariableDeclarator" && found.init ? unwrapped(found.init) : null;
    if (value?.type === "ObjectExpression") return value;
    report.error("ConfigNotLiteral", file.at(value ?? found), "config is not an object literal.", LITERAL);
    return null;
  }
  return null;
}

function exportedAsConfig(statement: t.ExportNamedDeclaration, file: SourceFile): t.Node | null {
  for (const specifier of statement.specifiers) {
    if (specifier.type !== "ExportSpecifier") continue;
    const { exported, local } = specifier;
    if ((exported.type === "Identifier" ? exported.name : exported.value) !== "config") continue;
    return statement.source ? specifier : (variableNamed(file, local.name) ?? specifier);
  }
  return null;
}

/** A variable of the file's outermost scope. */
export function variableNamed({ body }: SourceFile, name: string): t.VariableDeclarator | null {
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    const found = declaration?.type === "VariableDeclaration" && namedVariable(declaration, name);
    if (found) return found;
  }
  return null;
}

function namedVariable({ declarations }: t.VariableDeclaration, name: string): t.VariableDeclarator | null {
  return declarations.find(({ id }) => id.type === "Identifier" && id.name === name) ?? null;
}
