import type * as t from "@babel/types";
import { isRefusedModule } from "./refused-imports.ts";
import { nameIn, type SourceFile, type SourceFiles, type TypeDeclaration } from "./source-file.ts";

/** What a type's name stands for. */
export type NamedThing =
  | {
      readonly kind: "declared";
      readonly declarations: readonly TypeDeclaration[];
      readonly file: SourceFile;
    }
  | { readonly kind: "library" | "unknown"; readonly name: string }
  /** From a module that is refused as a whole, which is reported where it is imported. */
  | { readonly kind: "refused" };

/** Finds what a name in a file stands for: declared there or in a file that it is imported from, or a library's. */
export function lookUpType(typeName: t.Node, file: SourceFile, files: SourceFiles): NamedThing {
  if (typeName.type !== "Identifier") return { kind: "unknown", name: typeText(typeName) };
  const { name } = typeName;
  const declarations = file.types.get(name);
  if (declarations) return { kind: "declared", declarations, file };
  const imported = file.imports.get(name);
  if (!imported) return { kind: "unknown", name };
  if (isRefusedModule(imported.module)) return { kind: "refused" };
  if (imported.module === "@osdk/functions" || imported.module === "@foundry/functions-api") {
    return { kind: "library", name: imported.name };
  }
  const from = files.imported(file, imported.module);
  const exported = from?.types.get(imported.name);
  return from && exported
    ? { kind: "declared", declarations: exported, file: from }
    : { kind: "unknown", name };
}

/** The types between the angle brackets. */
export function typeArguments(node: t.TSTypeReference): readonly t.TSType[] {
  return node.typeParameters?.params ?? [];
}

/** A type's name as the code has it. */
export function typeText(node: t.Node): string {
  switch (node.type) {
    case "Identifier":
    case "StringLiteral":
      return nameIn(node);
    case "TSQualifiedName":
      return `${typeText(node.left)}.${node.right.name}`;
    case "TSTypeReference":
      return typeText(node.typeName);
    case "TSExpressionWithTypeArguments":
      return typeText(node.expression);
    default:
      return "This";
  }
}
