import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type ParserPlugin, parse } from "@babel/parser";
import type * as t from "@babel/types";
import type { Position, Report } from "../../xml/report.ts";
import { isFile } from "../read-folder.ts";

/** Where a name that a file imports comes from. */
export interface ImportedName {
  readonly module: string;
  /** As that module exports it; `*` is the module itself. */
  readonly name: string;
}

/** A declaration that gives a type its name. */
export type TypeDeclaration =
  | t.TSTypeAliasDeclaration
  | t.TSInterfaceDeclaration
  | t.TSEnumDeclaration
  | t.ClassDeclaration;

/** A file of a function, parsed. */
export interface SourceFile {
  readonly path: string;
  readonly body: readonly t.Statement[];
  readonly program: t.Program;
  /** By the name that the file uses. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  readonly types: ReadonlyMap<string, readonly TypeDeclaration[]>;
  at(node: t.Node): Position;
}

/** The files that a function's author wrote, each read once. */
export class SourceFiles {
  readonly #root: string;
  readonly #report: Report;
  readonly #files = new Map<string, SourceFile | null>();

  /** @param root the environment's folder, which problems are reported below */
  constructor(root: string, report: Report) {
    this.#root = root;
    this.#report = report;
  }

  /** All that were read and could be parsed. */
  get all(): SourceFile[] {
    return [...this.#files.values()].filter((file) => file !== null);
  }

  /** A file by its path on disk; null when it is not TypeScript, which is reported once: SyntaxError. */
  read(path: string): SourceFile | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = this.#parse(path);
    this.#files.set(path, file);
    return file;
  }

  /** The file that a relative import means; null for packages and for what is not there. */
  imported(from: SourceFile, specifier: string): SourceFile | null {
    if (!specifier.startsWith(".")) return null;
    const base = join(dirname(from.path), specifier);
    const stem = base.replace(/\.js$/, "");
    const candidates = [base, `${stem}.ts`, `${base}.tsx`, join(base, "index.ts")];
    const found = candidates.find((path) => /\.tsx?$/.test(path) && isFile(path));
    return found === undefined ? null : this.read(found);
  }

  /** False for files of packages that are installed; the environment itself may be part of one. */
  isOwn(path: string): boolean {
    return packageOf(path) === packageOf(this.#root);
  }

  /** A path as problems name it: below the environment's folder, with slashes. */
  nameOf(path: string): string {
    return relative(this.#root, path).split(sep).join("/");
  }

  #parse(path: string): SourceFile | null {
    const file = this.nameOf(path);
    try {
      const { program } = parse(readFileSync(path, "utf8"), {
        sourceType: "unambiguous",
        sourceFilename: file,
        allowReturnOutsideFunction: true,
        plugins: pluginsFor(path),
      });
      const at = (node: t.Node) => ({
        file,
        line: node.loc?.start.line ?? 1,
        column: (node.loc?.start.column ?? 0) + 1,
      });
      const body = program.body;
      return { path, program, body, imports: importsOf(body), types: typesOf(body), at };
    } catch (error) {
      this.#report.error("SyntaxError", placeOf(error, file), reasonOf(error), "Correct the code.");
      return null;
    }
  }
}

/** The folder of the installed package that a path is in; null outside of packages. */
function packageOf(path: string): string | null {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0] ?? null;
}

function pluginsFor(path: string): ParserPlugin[] {
  const jsx: ParserPlugin[] = /x$/.test(path) ? ["jsx"] : [];
  return /\.[cm]?jsx?$/.test(path)
    ? ["jsx", "explicitResourceManagement"]
    : ["typescript", "decorators-legacy", "explicitResourceManagement", ...jsx];
}

function placeOf(error: unknown, file: string): Position {
  const loc =
    error instanceof SyntaxError && "loc" in error ? (error.loc as t.SourceLocation["start"]) : null;
  return { file, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return "The code is nested too deep.";
  if (!(error instanceof SyntaxError)) throw error;
  return error.message.replace(/ \(\d+:\d+\)$/, "");
}

function importsOf(body: readonly t.Statement[]): Map<string, ImportedName> {
  const imports = new Map<string, ImportedName>();
  for (const statement of body) {
    if (statement.type !== "ImportDeclaration") continue;
    const module = statement.source.value;
    for (const specifier of statement.specifiers) {
      imports.set(specifier.local.name, { module, name: importedName(specifier) });
    }
  }
  return imports;
}

function importedName(specifier: t.ImportDeclaration["specifiers"][number]): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return nameIn(specifier.imported);
}

/** The name that an identifier or a quoted name stands for. */
export function nameIn(node: t.Identifier | t.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}

function typesOf(body: readonly t.Statement[]): Map<string, TypeDeclaration[]> {
  const types = new Map<string, TypeDeclaration[]>();
  for (const statement of body) {
    const isExport =
      statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const declaration = isExport ? statement.declaration : statement;
    if (!declaration || !isTypeDeclaration(declaration) || !declaration.id) continue;
    types.set(declaration.id.name, [...(types.get(declaration.id.name) ?? []), declaration]);
  }
  return types;
}

function isTypeDeclaration(node: t.Node): node is TypeDeclaration {
  return (
    node.type === "TSTypeAliasDeclaration" ||
    node.type === "TSInterfaceDeclaration" ||
    node.type === "TSEnumDeclaration" ||
    node.type === "ClassDeclaration"
  );
}
