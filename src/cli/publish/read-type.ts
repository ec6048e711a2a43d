import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { PublishedFunction, ValueType } from "../../functions/published-function.ts";
import { type DeclaredEdit, readEdits } from "./read-edits.ts";
import { readObjectType } from "./read-object-type.ts";
import { type MemberTypes, type OptionalType, readStruct } from "./read-struct.ts";
import { isNamedScalar, namedScalar, scalarNames, typesModule } from "./scalar-types.ts";
import type { SourceFile, SourceFiles, TypeDeclaration } from "./source-file.ts";
import { lookUpType, typeArguments, typeText } from "./type-names.ts";
import { describeType, hintFor, WRITE_A_TYPE } from "./type-words.ts";

/** How many types one signature may be made of, with those that its names stand for. */
const MAX_TYPES = 10_000;

/**
 * Reads the types of one function's signature. What cannot cross a call is reported as UnsupportedType, and the
 * answer is null. Foundry: "Types reference" of functions.
 */
export class TypeReader implements MemberTypes {
  readonly language: PublishedFunction["language"];
  readonly #files: SourceFiles;
  readonly #report: Report;
  /** The declarations that are being read, to find those that contain themselves. */
  readonly #open: TypeDeclaration[] = [];
  #count = 0;

  constructor(language: PublishedFunction["language"], files: SourceFiles, report: Report) {
    this.language = language;
    this.#files = files;
    this.#report = report;
  }

  /** A type that may be undefined or null. */
  readOptional(node: t.TSType, file: SourceFile): OptionalType | null {
    if (++this.#count > MAX_TYPES) {
      if (this.#count > MAX_TYPES + 1) return null;
      return this.refuse(node, file, "The signature is made of too many types", "Make it smaller.");
    }
    switch (node.type) {
      case "TSParenthesizedType":
        return this.readOptional(node.typeAnnotation, file);
      case "TSUnionType":
        return this.#readUnion(node, file);
      case "TSTypeReference":
        return this.#readReference(node, file);
      default: {
        const type = this.#readPlain(node, file);
        return type && { type, optional: false };
      }
    }
  }

  /** The object types of a list of edits; null for any other type. */
  readEdits(node: t.TSType, file: SourceFile): DeclaredEdit[] | null {
    return this.language === "typescript-v2" ? readEdits(node, file, this.#files) : null;
  }

  /** A type whose values are always there. */
  read(node: t.TSType, file: SourceFile): ValueType | null {
    const found = this.readOptional(node, file);
    if (!found) return null;
    if (!found.optional) return found.type;
    return this.refuse(
      node,
      file,
      "Only parameters, fields and results may be undefined or null",
      "Take undefined and null out of the type.",
    );
  }

  /** Reports UnsupportedType; null, for the caller to return. */
  refuse(node: t.Node, file: SourceFile, problem: string, remedy: string): null {
    this.#report.error("UnsupportedType", file.at(node), `${problem}.`, remedy);
    return null;
  }

  #readPlain(node: t.TSType, file: SourceFile): ValueType | null {
    switch (node.type) {
      case "TSBooleanKeyword":
        return { type: "boolean" };
      case "TSStringKeyword":
        return { type: "string" };
      case "TSNumberKeyword":
        return { type: "double" };
      case "TSLiteralType":
        return node.literal.type === "StringLiteral" ? { type: "string" } : this.#refuseOther(node, file);
      case "TSArrayType":
        return this.#collection("list", node.elementType, file);
      case "TSTypeOperator":
        if (node.operator === "readonly") return this.read(node.typeAnnotation, file);
        return this.#refuseOther(node, file);
      case "TSTypeLiteral":
        return readStruct(node, node.members, file, this);
      default:
        return this.#refuseOther(node, file);
    }
  }

  #collection(type: "list" | "set", node: t.TSType, file: SourceFile): ValueType | null {
    const element = this.read(node, file);
    return element && { type, element };
  }

  /** Members without undefined and null: one type, or nothing but texts. */
  #readUnion(node: t.TSUnionType, file: SourceFile): OptionalType | null {
    const members = membersOf(node);
    const present = members.filter(({ type }) => type !== "TSUndefinedKeyword" && type !== "TSNullKeyword");
    const missing = present.length < members.length;
    const [first] = present;
    if (first && present.length === 1) {
      const found = this.readOptional(first, file);
      return found && { type: found.type, optional: found.optional || missing };
    }
    if (first && present.every(isText)) return { type: { type: "string" }, optional: missing };
    return this.refuse(
      node,
      file,
      "A value can be of one type only",
      "Take one of the types, or write an object type with an optional field for each.",
    );
  }

  #readReference(node: t.TSTypeReference, file: SourceFile): OptionalType | null {
    const parameters = typeArguments(node);
    const named = lookUpType(node.typeName, file, this.#files);
    if (named.kind === "declared") {
      if (parameters.length === 0) return this.#readDeclared(named.declarations, named.file, node, file);
      return this.#refuseName(node, file, "Type parameters of one's own are not supported");
    }
    if (named.kind === "refused") return null;
    const object = named.kind === "library" ? readObjectType({ ...named, parameters }, file) : null;
    if (typeof object === "string") return this.#refuseName(node, file, "", object);
    if (object) return { type: object, optional: false };
    const type = this.#readNamed(named.name, named.kind === "library", parameters, node, file);
    return type && { type, optional: false };
  }

  #readNamed(
    name: string,
    fromLibrary: boolean,
    [first, second, ...more]: readonly t.TSType[],
    node: t.TSTypeReference,
    file: SourceFile,
  ): ValueType | null {
    const isV1 = this.language === "typescript-v1";
    if (fromLibrary) {
      const scalar = first ? null : namedScalar(name, this.language);
      if (typeof scalar === "string") return this.#refuseName(node, file, "", `Write ${scalar}.`);
      if (scalar) return scalar;
      if (name === "FunctionsMap" && first && second) {
        if (isV1) return this.#map(first, second, file);
        return this.#refuseName(node, file, "", "Write Record<string, …>.");
      }
    } else if (first && !second) {
      if (name === "Array" || name === "ReadonlyArray") return this.#collection("list", first, file);
      if (name === "Set" || name === "ReadonlySet") return this.#collection("set", first, file);
    } else if (name === "Record" && first && second && more.length === 0) {
      if (!isV1) return this.#map(first, second, file);
      return this.#refuseName(node, file, "", "Write FunctionsMap<…> from @foundry/functions-api.");
    }
    return this.#refuseName(node, file, "", hintFor(name, isV1));
  }

  /** A map from keys that JSON can hold as names. */
  #map(keyNode: t.TSType, valueNode: t.TSType, file: SourceFile): ValueType | null {
    const key = this.read(keyNode, file);
    const value = this.read(valueNode, file);
    if (!key || !value) return null;
    if (!isScalar(key)) {
      return this.refuse(keyNode, file, "Keys are texts, numbers or dates", "Choose another key.");
    }
    return { type: "map", key, value };
  }

  /** Index signatures: `{ [name: string]: Integer }`. */
  readIndex(key: t.TSType, value: t.TSType, file: SourceFile): ValueType | null {
    if (this.language === "typescript-v2") return this.#map(key, value, file);
    return this.refuse(
      key,
      file,
      "TypeScript v1 has a class for maps",
      "Write FunctionsMap<…> from @foundry/functions-api.",
    );
  }

  /** What a declared name stands for. `node` is where it is used. */
  #readDeclared(
    declarations: readonly TypeDeclaration[],
    declaredIn: SourceFile,
    node: t.Node,
    file: SourceFile,
  ): OptionalType | null {
    const [declaration, other] = declarations;
    if (!declaration) return null;
    if (this.#open.includes(declaration)) {
      return this.#refuseName(node, file, "It contains itself");
    }
    if (other) return this.#refuseName(node, file, "It is declared more than once");
    this.#open.push(declaration);
    try {
      return this.#readDeclaration(declaration, declaredIn, node, file);
    } finally {
      this.#open.pop();
    }
  }

  #readDeclaration(
    declaration: TypeDeclaration,
    declaredIn: SourceFile,
    node: t.Node,
    file: SourceFile,
  ): OptionalType | null {
    switch (declaration.type) {
      case "TSTypeAliasDeclaration":
        if (declaration.typeParameters) return this.#refuseName(node, file, "It has type parameters");
        return this.readOptional(declaration.typeAnnotation, declaredIn);
      case "TSInterfaceDeclaration": {
        if (declaration.typeParameters) return this.#refuseName(node, file, "It has type parameters");
        const type = this.readInterface(declaration, declaredIn);
        return type && { type, optional: false };
      }
      case "TSEnumDeclaration":
        if (enumMembers(declaration).every(({ initializer }) => initializer?.type === "StringLiteral")) {
          return { type: { type: "string" }, optional: false };
        }
        return this.#refuseName(node, file, "Its members are not all texts", 'Write Member = "text".');
      default:
        return this.#refuseName(node, file, "It is a class", "Make it an interface.");
    }
  }

  /** The fields of an interface, those that it inherits first. */
  readInterface(declaration: t.TSInterfaceDeclaration, file: SourceFile): ValueType | null {
    const inherited = (declaration.extends ?? []).map((parent) => this.#readParent(parent, file));
    const own = readStruct(declaration, declaration.body.body, file, this, inherited.length > 0);
    if (inherited.length === 0) return own;
    if (own?.type === "map") {
      return this.refuse(declaration, file, "A map cannot have fields that it inherits", WRITE_A_TYPE);
    }
    if (own?.type !== "struct" || inherited.includes(null)) return null;
    const names = new Set(own.fields.map(({ name }) => name));
    const fields = inherited.flatMap((parent) => parent?.fields.filter(({ name }) => !names.has(name)) ?? []);
    const unique = new Map([...fields, ...own.fields].map((field) => [field.name, field]));
    return { type: "struct", fields: [...unique.values()] };
  }

  #readParent(
    node: t.TSExpressionWithTypeArguments,
    file: SourceFile,
  ): (ValueType & { type: "struct" }) | null {
    const { expression } = node;
    const named = expression.type === "Identifier" ? lookUpType(expression, file, this.#files) : null;
    const found =
      named?.kind === "declared" ? this.#readDeclared(named.declarations, named.file, node, file) : undefined;
    if (found === null) return null;
    if (found?.type.type === "struct") return found.type;
    return this.refuse(node, file, "An interface may extend interfaces and object types only", WRITE_A_TYPE);
  }

  #refuseName(node: t.Node, file: SourceFile, reason: string, otherwise = WRITE_A_TYPE): null {
    const name = typeText(node);
    const known = [...file.types.keys(), ...scalarNames(this.language)];
    const remedy = didYouMean(name, known, otherwise.charAt(0).toLowerCase() + otherwise.slice(1));
    const needsImport = isNamedScalar(name) && !file.imports.has(name);
    return needsImport
      ? this.refuse(node, file, `${name} is not imported`, `Import it from ${typesModule(this.language)}.`)
      : this.refuse(
          node,
          file,
          `${name} is no type for a function here${reason && `: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`}`,
          remedy,
        );
  }

  #refuseOther(node: t.TSType, file: SourceFile): null {
    const words = describeType(node);
    return this.refuse(node, file, `${words} is no type for a function`, WRITE_A_TYPE);
  }
}

/** The members of a union and of the unions in it. */
function membersOf(node: t.TSType): t.TSType[] {
  if (node.type === "TSUnionType") return node.types.flatMap(membersOf);
  return node.type === "TSParenthesizedType" ? membersOf(node.typeAnnotation) : [node];
}

function isScalar({ type }: ValueType): boolean {
  return !["list", "set", "map", "struct", "object", "objectSet", "edits"].includes(type);
}

function isText(node: t.TSType): boolean {
  return node.type === "TSLiteralType" && node.literal.type === "StringLiteral";
}

function enumMembers(declaration: t.TSEnumDeclaration): readonly t.TSEnumMember[] {
  return declaration.members ?? declaration.body?.members ?? [];
}
