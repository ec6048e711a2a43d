import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type ParserPlugin, parse } from "@babel/parser";
import type * as t from "@babel/types";
import type { Position, Report } from "../../documents/report.ts";
import { isFile } from "../check/read-folder.ts";

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

/** How many errors of one file are reported: what follows from one can be many. */
const MOST_ERRORS = 10;

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
      const { program, errors } = parse(readFileSync(path, "utf8"), {
        sourceType: "unambiguous",
        sourceFilename: file,
        allowReturnOutsideFunction: true,
        // So that all that can be told is told at once.
        errorRecovery: true,
        plugins: pluginsFor(path),
      });
      if (errors && errors.length > 0) return this.#refuse(errors, file);
      const at = (node: t.Node) => ({
        file,
        line: node.loc?.start.line ?? 1,
        column: (node.loc?.start.column ?? 0) + 1,
      });
      const body = program.body;
      return { path, program, body, imports: importsOf(body), types: typesOf(body), at };
    } catch (error) {
      return this.#refuse([error], file);
    }
  }

  #refuse(errors: readonly unknown[], file: string): null {
    for (const error of errors.slice(0, MOST_ERRORS)) {
      const reason = reasonOf(error);
      const message = `The code cannot be read: ${reason}`;
      this.#report.error("SyntaxError", placeOf(error, file), message, remedyFor(reason));
    }
    return null;
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
  if (error instanceof RangeError) return "it is nested too deep.";
  if (!(error instanceof SyntaxError)) throw error;
  const reason = error.message.replace(/ \(\d+:\d+\)$/, "").replace(/\.$/, "");
  return `${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`;
}

function remedyFor(reason: string): string {
  if (/already been (?:declared|exported)/.test(reason)) return "Give one of the two another name.";
  return /unexpected|expected|missing|unterminated/.test(reason)
    ? "Look here and just before: often a bracket, a comma or a quote is missing, or is one too many."
    : "Write it in another way: TypeScript does not allow this here.";
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

/** The names that a file exports, but for those that it passes on from all of another one. */
export function exportedNames({ body }: SourceFile): string[] {
  return body.flatMap((statement) => {
    if (statement.type === "ExportDefaultDeclaration") return ["default"];
    if (statement.type !== "ExportNamedDeclaration") return [];
    const specified = statement.specifiers.map(({ exported }) => nameIn(exported));
    const { declaration } = statement;
    if (declaration?.type === "VariableDeclaration") {
      return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? id.name : []));
    }
    const id = declaration && "id" in declaration ? declaration.id : null;
    return id?.type === "Identifier" ? [id.name, ...specified] : specified;
  });
}
