import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import type { DeclaredSource } from "./declared-function.ts";
import { ONTOLOGY_API, SOURCE_SYMBOLS } from "./library.ts";
import { fieldsOf, textIn, unwrapped } from "./literal.ts";
import { type DeclaredEdit, listedEdits } from "./read-edits.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

const FUNCTIONS_API = "@foundry/functions-api";

/** What the decorators of a TypeScript v1 method say. */
export interface Decoration {
  readonly publishes: boolean;
  /** True when a decorator is refused, which is reported. */
  readonly refused: boolean;
  readonly isQuery: boolean;
  /** Whether its result are the edits that it makes. */
  readonly isEdit: boolean;
  /** Null without `@Edits`. */
  readonly edits: readonly DeclaredEdit[] | null;
  readonly apiName: DeclaredSource | null;
  readonly sources: readonly DeclaredSource[];
}

const refused: Readonly<Record<string, string>> = {
  ChatCompletion: "there are no models here",
};

const known = ["Function", "Query", "ExternalSystems", "OntologyEditFunction", "Edits"];

/** True when a member of a class has a decorator of Foundry's library. */
export function hasDecorators(member: t.ClassBody["body"][number], file: SourceFile): boolean {
  return decoratorsOf(member).some((decorator) => nameOf(decorator, file) !== null);
}

/** Null when a member has no decorator of Foundry's library. Reports UnsupportedDecorator, DecoratorNotLiteral. */
export function decorationOf(
  member: t.ClassBody["body"][number],
  file: SourceFile,
  report: Report,
): Decoration | null {
  const found = decoratorsOf(member).flatMap((decorator) => {
    const name = nameOf(decorator, file);
    return name === null ? [] : [{ decorator, name }];
  });
  if (found.length === 0) return null;
  const named = (name: string) => found.find((each) => each.name === name)?.decorator;
  const unknown = found.filter(({ name }) => !known.includes(name));
  for (const { decorator, name } of unknown) {
    const why = Object.hasOwn(refused, name) ? refused[name] : "it is not known here";
    report.error(
      "UnsupportedDecorator",
      file.at(decorator),
      `@${name} cannot be used: ${why}.`,
      "Use @Function() or @Query(), or take it out.",
    );
  }
  const query = named("Query");
  const edit = named("OntologyEditFunction");
  const edits = named("Edits");
  const externalSystems = named("ExternalSystems");
  return {
    publishes: query !== undefined || edit !== undefined || named("Function") !== undefined,
    isEdit: edit !== undefined,
    edits: edits ? readTypes(edits, file, report) : null,
    refused: unknown.length > 0,
    isQuery: query !== undefined,
    apiName: query ? readApiName(query, file, report) : null,
    sources: externalSystems ? readSources(externalSystems, file, report) : [],
  };
}

function decoratorsOf(member: t.ClassBody["body"][number]): readonly t.Decorator[] {
  return "decorators" in member ? (member.decorators ?? []) : [];
}

/** The name by which Foundry's library exports a decorator; null for a decorator from elsewhere. */
function nameOf({ expression }: t.Decorator, file: SourceFile): string | null {
  const callee = expression.type === "CallExpression" ? expression.callee : expression;
  if (callee.type !== "Identifier") return null;
  if (callee.name === "Function" && lacksImport(file)) return "Function";
  const imported = file.imports.get(callee.name);
  return imported?.module === FUNCTIONS_API ? imported.name : null;
}

/**
 * True when a file decorates with `@Function()` and does not import it, as in Foundry's own example: then the
 * name is that of JavaScript's constructor of functions, which nobody means there.
 */
export function lacksImport({ program, imports }: SourceFile): boolean {
  if (imports.has("Function")) return false;
  let found = false;
  walk(program, (node) => {
    if (node.type !== "Decorator") return;
    const { expression } = node;
    const callee = expression.type === "CallExpression" ? expression.callee : expression;
    found ||= callee.type === "Identifier" && callee.name === "Function";
  });
  return found;
}

function optionsOf({ expression }: t.Decorator): t.Node | null {
  const [options] = expression.type === "CallExpression" ? expression.arguments : [];
  return options ? unwrapped(options) : null;
}

/** The value of one field of the options; undefined when there are none, null when they are not literal. */
function option(decorator: t.Decorator, name: string): t.Node | null | undefined {
  const options = optionsOf(decorator);
  if (options === null) return undefined;
  if (options.type !== "ObjectExpression") return null;
  for (const field of fieldsOf(options)) {
    if ("type" in field) return null;
    if (field[0] === name) return unwrapped(field[1]);
  }
  return undefined;
}

function readApiName(decorator: t.Decorator, file: SourceFile, report: Report): DeclaredSource | null {
  const value = option(decorator, "apiName");
  if (value === undefined) return null;
  const name = textIn(value);
  if (value && name !== null) return { name, at: file.at(value) };
  report.error(
    "DecoratorNotLiteral",
    file.at(value ?? decorator),
    "The API name is not a literal.",
    'Write @Query({ apiName: "name" }).',
  );
  return null;
}

function readSources(decorator: t.Decorator, file: SourceFile, report: Report): DeclaredSource[] {
  const value = option(decorator, "sources");
  const refuse = (node: t.Node) => {
    report.error(
      "DecoratorNotLiteral",
      file.at(node),
      "The sources are not a list of symbols.",
      `Write @ExternalSystems({ sources: [MySource] }), with MySource imported from ${SOURCE_SYMBOLS}.`,
    );
    return [];
  };
  if (value?.type !== "ArrayExpression") return refuse(value ?? decorator);
  return value.elements.flatMap((element) => {
    if (!element) return [];
    const name = sourceSymbol(element, file);
    return name === null ? refuse(element) : [{ name, at: file.at(element) }];
  });
}

/** `@Edits(Employee, Ticket)`, and `@Edits([Employee])` as well. */
function readTypes({ expression }: t.Decorator, file: SourceFile, report: Report): DeclaredEdit[] {
  const given = expression.type === "CallExpression" ? expression.arguments : [];
  const types = given.flatMap((node): (t.Node | null)[] =>
    node.type === "ArrayExpression" ? node.elements : [node],
  );
  return listedEdits(types, file, (node) =>
    report.error(
      "DecoratorNotLiteral",
      file.at(node),
      "An argument of @Edits is no object type.",
      `Write @Edits(Employee), with Employee imported from ${ONTOLOGY_API}.`,
    ),
  );
}

/** The API name of the source whose symbol an expression is; null for anything else. */
export function sourceSymbol(node: t.Node, { imports }: SourceFile): string | null {
  if (node.type === "Identifier") {
    const imported = imports.get(node.name);
    return imported?.module === SOURCE_SYMBOLS && imported.name !== "*" ? imported.name : null;
  }
  // Functions of 2024: Sources.MySource
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier") return null;
  const imported = imports.get(node.object.name);
  const isSources = imported?.module === "@foundry/external-systems" && imported.name === "Sources";
  const isSymbols = imported?.module === SOURCE_SYMBOLS && imported.name === "*";
  if (!isSources && !isSymbols) return null;
  if (node.computed) return textIn(node.property);
  return node.property.type === "Identifier" ? node.property.name : null;
}
