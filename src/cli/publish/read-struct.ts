import type * as t from "@babel/types";
import type { NamedType, ValueType } from "../../functions/published-function.ts";
import type { SourceFile } from "./source-file.ts";

/** A type, and whether the value may be missing. */
export type OptionalType = Omit<NamedType, "name">;

/** Reads the types that a struct is made of. */
export interface MemberTypes {
  readOptional(node: t.TSType, file: SourceFile): OptionalType | null;
  readIndex(key: t.TSType, value: t.TSType, file: SourceFile): ValueType | null;
  refuse(node: t.Node, file: SourceFile, problem: string, remedy: string): null;
}

/**
 * An object type or the body of an interface: a struct, or a map when it is an index signature. Reports
 * UnsupportedType and returns null for anything but fields.
 * @param mayBeEmpty whether fields come from elsewhere too
 */
export function readStruct(
  node: t.Node,
  members: readonly t.TSTypeElement[],
  file: SourceFile,
  types: MemberTypes,
  mayBeEmpty = false,
): ValueType | null {
  const [first, ...others] = members;
  if (!first) {
    if (mayBeEmpty) return { type: "struct", fields: [] };
    return types.refuse(node, file, "An object type without fields says nothing", "Declare its fields.");
  }
  if (first.type === "TSIndexSignature" && others.length === 0) return readMap(first, file, types);
  const fields = members.map((member) => readField(member, file, types));
  const good = fields.filter((field) => field !== null);
  return good.length === fields.length ? { type: "struct", fields: good } : null;
}

function readMap(node: t.TSIndexSignature, file: SourceFile, types: MemberTypes): ValueType | null {
  const key = annotationOf(node.parameters[0]);
  const value = annotationOf(node);
  if (key && value) return types.readIndex(key, value, file);
  return types.refuse(node, file, "The index signature lacks a type", "Write { [key: string]: … }.");
}

function readField(member: t.TSTypeElement, file: SourceFile, types: MemberTypes): NamedType | null {
  const name = member.type === "TSPropertySignature" ? nameOf(member) : null;
  if (member.type !== "TSPropertySignature" || name === null) {
    return types.refuse(
      member,
      file,
      "An object type may have nothing but fields with names",
      "Leave out what is no field.",
    );
  }
  const annotation = annotationOf(member);
  if (!annotation) return types.refuse(member, file, `The field ${name} has no type`, "Add its type.");
  const found: OptionalType | null = types.readOptional(annotation, file);
  return found && { name, type: found.type, optional: found.optional || member.optional === true };
}

function nameOf({ key, computed }: t.TSPropertySignature): string | null {
  if (key.type === "Identifier" && !computed) return key.name;
  return key.type === "StringLiteral" ? key.value : null;
}

/** The type that a declaration gives to its name; null when it gives none. */
export function annotationOf(
  node: { readonly typeAnnotation?: t.Node | null } | null | undefined,
): t.TSType | null {
  const annotation = node?.typeAnnotation;
  return annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : null;
}
