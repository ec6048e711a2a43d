import type * as t from "@babel/types";
import type { Report } from "../../documents/report.ts";
import type { NamedType, PublishedFunction } from "../../functions/published-function.ts";
import type { DeclaredEdit } from "./read-edits.ts";
import { annotationOf } from "./read-struct.ts";
import type { TypeReader } from "./read-type.ts";
import type { SourceFile } from "./source-file.ts";
import { typeArguments } from "./type-names.ts";

/** What a function takes and gives. */
export type Signature = Pick<PublishedFunction, "parameters" | "output">;

/** The same, and the object types of the edits that it returns; null when it returns none. */
export type ReadSignature = Signature & { readonly edits: readonly DeclaredEdit[] | null };

/** Code that takes parameters and returns something. */
export type Callable =
  | t.FunctionDeclaration
  | t.FunctionExpression
  | t.ArrowFunctionExpression
  | t.ClassMethod;

/**
 * Reads the signature of a function; null when it cannot be published, which is reported: UnsupportedType,
 * UnsupportedParameter, MissingParameterType, MissingReturnType, UnsupportedSignature.
 * @param first how many parameters are none of the caller's
 */
export function readSignature(
  node: Callable,
  file: SourceFile,
  types: TypeReader,
  report: Report,
  first = 0,
): ReadSignature | null {
  const plain = checkPlain(node, file, report);
  const parameters = node.params
    .slice(first)
    .map((parameter) => readParameter(parameter, file, types, report));
  const output = readOutput(node, file, types, report);
  const good = parameters.filter((parameter) => parameter !== null);
  if (!plain || good.length < parameters.length || output === undefined) return null;
  return { parameters: good, ...output };
}

function checkPlain(node: Callable, file: SourceFile, report: Report): boolean {
  const refuse = (at: t.Node, problem: string, remedy: string) => {
    report.error("UnsupportedSignature", file.at(at), problem, remedy);
    return false;
  };
  if (node.generator)
    return refuse(node, "A generator cannot be published.", "Return a list or a promise of one.");
  if (node.typeParameters)
    return refuse(
      node.typeParameters,
      "A function with type parameters cannot be published.",
      "Name the types.",
    );
  return true;
}

function readParameter(node: t.Node, file: SourceFile, types: TypeReader, report: Report): NamedType | null {
  const target = node.type === "AssignmentPattern" ? node.left : node;
  if (target.type !== "Identifier" || target.name === "this") {
    report.error(
      "UnsupportedParameter",
      file.at(node),
      "A parameter has to be one name.",
      "Give it a name and a type, and take it apart in the body.",
    );
    return null;
  }
  const annotation = annotationOf(target);
  if (!annotation) {
    report.error(
      "MissingParameterType",
      file.at(target),
      `The parameter ${target.name} has no type.`,
      `Write ${target.name}: and its type.`,
    );
    return null;
  }
  const found = types.readOptional(annotation, file);
  const mayBeMissing = target.optional === true || node.type === "AssignmentPattern";
  return found && { name: target.name, type: found.type, optional: found.optional || mayBeMissing };
}

/** Undefined when it is wrong. */
function readOutput(
  node: Callable,
  file: SourceFile,
  types: TypeReader,
  report: Report,
): Omit<ReadSignature, "parameters"> | undefined {
  const annotation = node.returnType?.type === "TSTypeAnnotation" ? node.returnType.typeAnnotation : null;
  if (!annotation) {
    report.error(
      "MissingReturnType",
      file.at(node.type === "ClassMethod" ? node.key : node),
      "The function does not say what it returns.",
      "Write the type after its parameters, such as Promise<string>; void when it returns nothing.",
    );
    return undefined;
  }
  const result = insidePromise(annotation, file);
  if (isNothing(result)) return { output: null, edits: null };
  const edits = types.readEdits(result, file);
  if (edits) return { output: { type: { type: "edits" }, optional: false }, edits };
  const output = types.readOptional(result, file);
  return output ? { output, edits: null } : undefined;
}

function insidePromise(node: t.TSType, file: SourceFile): t.TSType {
  if (node.type !== "TSTypeReference" || node.typeName.type !== "Identifier") return node;
  const { name } = node.typeName;
  const [inner, ...others] = typeArguments(node);
  const isPromise = name === "Promise" && !file.types.has(name) && !file.imports.has(name);
  return isPromise && inner && others.length === 0 ? inner : node;
}

function isNothing({ type }: t.TSType): boolean {
  return type === "TSVoidKeyword" || type === "TSUndefinedKeyword" || type === "TSNullKeyword";
}
