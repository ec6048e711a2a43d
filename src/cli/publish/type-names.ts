import type * as t from "@babel/types";
import { ONTOLOGY_MODULES } from "./library.ts";
import { isRefusedModule } from "./refused-imports.ts";
import { nameIn, type SourceFile, type SourceFiles, type TypeDeclaration } from "./source-file.ts";

/** What a type's name stands for. */
export type NamedThing =
  | {
      readonly kind: "declared";
      readonly declarations: readonly TypeDeclaration[];
      readonly file: SourceFile;
    }
  /** Of Foundry's libraries; `Namespace.Name` for what is in a namespace. */
  | { readonly kind: "library"; readonly name: string; readonly module: string }
  | { readonly kind: "unknown"; readonly name: string }
  /** From a module that is refused as a whole, which is reported where it is imported. */
  | { readonly kind: "refused" };

const typeModules: ReadonlySet<string> = new Set([
  "@osdk/functions",
  "@foundry/functions-api",
  ...ONTOLOGY_MODULES,
]);

/** Finds what a name in a file stands for: declared there or in a file that it is imported from, or a library's. */
export function lookUpType(typeName: t.Node, file: SourceFile, files: SourceFiles): NamedThing {
  if (typeName.type === "TSQualifiedName") {
    const left = lookUpType(typeName.left, file, files);
    return left.kind === "library"
      ? { ...left, name: `${left.name}.${typeName.right.name}` }
      : left.kind === "refused"
        ? left
        : { kind: "unknown", name: typeText(typeName) };
  }
  if (typeName.type !== "Identifier") return { kind: "unknown", name: typeText(typeName) };
  const { name } = typeName;
  const declarations = file.types.get(name);
  if (declarations) return { kind: "declared", declarations, file };
  const imported = file.imports.get(name);
  if (!imported) return { kind: "unknown", name };
  if (isRefusedModule(imported.module)) return { kind: "refused" };
  if (typeModules.has(imported.module)) {
    return { kind: "library", name: imported.name, module: imported.module };
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
