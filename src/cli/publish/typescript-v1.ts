import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import type { DeclaredFunction, DeclaredSource } from "./declared-function.ts";
import { decorationOf, hasDecorators } from "./decorators.ts";
import { createdBy } from "./objects-calls.ts";
import { uniqueSources } from "./read-config.ts";
import { type DeclaredEdit, definitionNamed } from "./read-edits.ts";
import { readSignature } from "./read-signature.ts";
import { annotationOf } from "./read-struct.ts";
import { TypeReader } from "./read-type.ts";
import { nameIn, type SourceFile, type SourceFiles } from "./source-file.ts";
import { walk } from "./walk.ts";

/** A class that an entry file exports, and by which name. */
export interface ExportedClass {
  readonly name: string;
  readonly node: t.ClassDeclaration;
  readonly file: SourceFile;
}

/** The classes that a file exports, those of other files that it passes on too. */
export function exportedClasses(
  file: SourceFile,
  files: SourceFiles,
  seen = new Set<SourceFile>(),
): ExportedClass[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return file.body.flatMap((statement): ExportedClass[] => {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration: node } = statement;
      return node.type === "ClassDeclaration" ? [{ name: "default", node, file }] : [];
    }
    if (statement.type === "ExportAllDeclaration") {
      const from = files.imported(file, statement.source.value);
      return from ? exportedClasses(from, files, seen).filter(({ name }) => name !== "default") : [];
    }
    if (statement.type !== "ExportNamedDeclaration") return [];
    const { declaration, source, specifiers } = statement;
    if (declaration?.type === "ClassDeclaration" && declaration.id) {
      return [{ name: declaration.id.name, node: declaration, file }];
    }
    return specifiers.flatMap((specifier) => {
      if (specifier.type !== "ExportSpecifier") return [];
      const local = nameIn(specifier.local);
      const name = nameIn(specifier.exported);
      if (!source) return classesNamed(local, file).map((node) => ({ name, node, file }));
      const from = files.imported(file, source.value);
      const found = from ? exportedClasses(from, files, new Set(seen)) : [];
      return found.filter((each) => each.name === local).map((each) => ({ ...each, name }));
    });
  });
}

function classesNamed(name: string, file: SourceFile): t.ClassDeclaration[] {
  return (file.types.get(name) ?? []).filter((node) => node.type === "ClassDeclaration");
}

/** True when a class has methods with decorators that Foundry's library exports. */
export function isPublishedClass({ node, file }: ExportedClass): boolean {
  return node.body.body.some((member) => hasDecorators(member, file));
}

/**
 * Reads the TypeScript v1 functions of a class: its methods with `@Function()` or `@Query()`.
 * Foundry: "Make API calls from functions" (TypeScript v1). Reports UnsupportedDecorator, InvalidMethod,
 * DecoratorNotLiteral and what the signature has wrong.
 */
export function readVersion1(
  exported: ExportedClass,
  files: SourceFiles,
  report: Report,
): DeclaredFunction[] {
  const { node, file } = exported;
  const takesArguments = node.body.body.find(
    (member) => member.type === "ClassMethod" && member.kind === "constructor" && member.params.length > 0,
  );
  if (takesArguments) {
    report.error(
      "InvalidMethod",
      file.at(takesArguments),
      "A class of functions is made without arguments.",
      "Take the parameters out of the constructor.",
    );
  }
  return node.body.body.flatMap((member) => readMethod(member, exported, files, report) ?? []);
}

function readMethod(
  member: t.ClassBody["body"][number],
  { name: className, file }: ExportedClass,
  files: SourceFiles,
  report: Report,
): DeclaredFunction | null {
  const decoration = decorationOf(member, file, report);
  if (!decoration) return null;
  const invalid = (problem: string, remedy: string) => {
    // Where its name is, since its decorators come first.
    report.error("InvalidMethod", file.at("key" in member ? member.key : member), problem, remedy);
    return null;
  };
  if (!decoration.publishes) {
    if (decoration.refused) return null;
    return invalid("The method declares what it uses and is not published.", "Add @Function() below.");
  }
  if (member.type !== "ClassMethod" || member.kind !== "method" || member.computed || member.static) {
    return invalid("Only methods can be published.", "Write it as a method with a name, not static.");
  }
  if (member.accessibility === "private" || member.accessibility === "protected") {
    return invalid("A published method has to be public.", `Take out ${member.accessibility}.`);
  }
  const name = methodName(member);
  if (name === null) return invalid("The method has no name.", "Give it one.");
  const types = new TypeReader("typescript-v1", files, report);
  const signature = readSignature(member, file, types, report);
  if (decoration.isEdit && signature?.output) {
    return invalid(
      "A function that edits returns nothing: its edits are its result.",
      "Write void or Promise<void>.",
    );
  }
  return {
    name: decoration.apiName?.name ?? name,
    at: decoration.apiName?.at ?? file.at(member.key),
    language: "typescript-v1",
    isQuery: decoration.isQuery,
    signature: signature && {
      parameters: signature.parameters,
      output: decoration.isEdit ? { type: { type: "edits" }, optional: false } : signature.output,
    },
    edits: decoration.isEdit ? (decoration.edits ?? editedIn(member, file)) : [],
    sources: uniqueSources(decoration.sources satisfies readonly DeclaredSource[]),
    // A class of its own for each call, so that nothing is left in it for the next user.
    call: `(...parameters) => new user[${JSON.stringify(className)}]()[${JSON.stringify(name)}](...parameters)`,
    usesClient: false,
    method: { node: member, file },
  };
}

function methodName({ key }: t.ClassMethod): string | null {
  return key.type === "Identifier" || key.type === "StringLiteral" ? nameIn(key) : null;
}

/** Without `@Edits`: the types that objects of are created, and those of parameters. */
function editedIn(member: t.ClassMethod, file: SourceFile): DeclaredEdit[] {
  const found: DeclaredEdit[] = [];
  for (const parameter of member.params) {
    const type = parameter.type === "Identifier" ? annotationOf(parameter) : null;
    const name = type && definitionNamed(type, file);
    if (type && name) found.push({ name, at: file.at(type) });
  }
  walk(member, (node) => {
    const name = createdBy(node, file);
    if (name !== null) found.push({ name, at: file.at(node) });
  });
  return found;
}
