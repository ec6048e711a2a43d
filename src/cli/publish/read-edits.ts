import type * as t from "@babel/types";
import type { Position } from "../../documents/report.ts";
import { editTypes, ONTOLOGY_API, ONTOLOGY_SDK } from "./library.ts";
import { unwrapped } from "./literal.ts";
import type { SourceFile, SourceFiles } from "./source-file.ts";
import { lookUpType, typeArguments } from "./type-names.ts";

/** An object type or interface that a function declares to edit, by its API name, and where. */
export interface DeclaredEdit {
  readonly name: string;
  readonly at: Position;
}

/** The names of the types of edits, as `@osdk/functions` exports them. */
const EDITS: ReadonlySet<string> = new Set(["Edits.Object", "Edits.Link", "Edits.Interface", ...editTypes]);

/** Of these the second parameter is the object type. */
const OF_INTERFACE = "CreateInterface";

/**
 * The object types and interfaces that a list of edits names, such as `Edits.Object<Employee>[]`; null when a type is
 * no list of edits. Foundry: "Ontology edits" (TypeScript v2).
 */
export function readEdits(node: t.TSType, file: SourceFile, files: SourceFiles): DeclaredEdit[] | null {
  const list = resolved(node, file, files);
  const element = elementOf(list.node, list.file);
  if (!element) return null;
  const members = membersOf(element, list.file, files);
  const edits = members.map((member) => editedBy(member.node, member.file, files));
  return edits.includes(null) ? null : edits.flatMap((each) => each ?? []);
}

interface Placed {
  readonly node: t.TSType;
  readonly file: SourceFile;
}

/** What an alias stands for, through other aliases; anything else is itself. */
function resolved(node: t.TSType, file: SourceFile, files: SourceFiles, depth = 0): Placed {
  if (node.type === "TSParenthesizedType") return resolved(node.typeAnnotation, file, files, depth);
  if (node.type !== "TSTypeReference" || depth > MOST_ALIASES) return { node, file };
  const named = lookUpType(node.typeName, file, files);
  const [declaration, other] = named.kind === "declared" ? named.declarations : [];
  if (named.kind !== "declared" || other || declaration?.type !== "TSTypeAliasDeclaration")
    return { node, file };
  return resolved(declaration.typeAnnotation, named.file, files, depth + 1);
}

/** How many aliases may stand for each other: more of them go round. */
const MOST_ALIASES = 100;

function elementOf(node: t.TSType, file: SourceFile): t.TSType | null {
  if (node.type === "TSArrayType") return node.elementType;
  if (node.type === "TSTypeOperator" && node.operator === "readonly")
    return elementOf(node.typeAnnotation, file);
  if (node.type !== "TSTypeReference" || node.typeName.type !== "Identifier") return null;
  const { name } = node.typeName;
  const isList =
    (name === "Array" || name === "ReadonlyArray") && !file.types.has(name) && !file.imports.has(name);
  return isList ? (typeArguments(node)[0] ?? null) : null;
}

function membersOf(node: t.TSType, file: SourceFile, files: SourceFiles, depth = 0): Placed[] {
  const found = resolved(node, file, files);
  if (found.node.type !== "TSUnionType" || depth > MOST_ALIASES) return [found];
  return found.node.types.flatMap((member) => membersOf(member, found.file, files, depth + 1));
}

/** What one type of edits is of; null when it is none. */
function editedBy(node: t.TSType, file: SourceFile, files: SourceFiles): DeclaredEdit[] | null {
  if (node.type !== "TSTypeReference") return null;
  const named = lookUpType(node.typeName, file, files);
  if (named.kind !== "library" || named.module !== "@osdk/functions" || !EDITS.has(named.name)) return null;
  const [first, second] = typeArguments(node);
  const of = named.name === OF_INTERFACE && second ? second : first;
  const name = of ? definitionNamed(of, file) : null;
  return of && name !== null ? [{ name, at: file.at(of) }] : [];
}

/**
 * The object types that the elements of a list are.
 * @param refuse reports an element that is none
 */
export function listedEdits(
  elements: readonly (t.Node | null)[],
  file: SourceFile,
  refuse: (element: t.Node) => void,
): DeclaredEdit[] {
  return elements.flatMap((element) => {
    if (!element) return [];
    const name = definitionNamed(unwrapped(element), file);
    if (name !== null) return { name, at: file.at(element) };
    refuse(element);
    return [];
  });
}

/** The definition of the ontology that a type or value means, by its API name: one that is imported from the ontology. */
export function definitionNamed(node: t.Node, { imports }: SourceFile): string | null {
  const name = node.type === "TSTypeReference" ? node.typeName : node;
  const imported = name.type === "Identifier" ? imports.get(name.name) : undefined;
  return imported?.module === ONTOLOGY_SDK || imported?.module === ONTOLOGY_API ? imported.name : null;
}
