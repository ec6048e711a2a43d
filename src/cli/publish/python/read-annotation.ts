import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import type { ValueType } from "../../../functions/published-function.ts";
import {
  aggregationOf,
  genericType,
  plainType,
  rangeOf,
  refusedType,
  typeNames,
  typesTaken,
  WRITE_A_TYPE,
} from "./annotation-types.ts";
import { describe } from "./describe.ts";
import { dottedName, type Meaning, meaningOf } from "./meaning.ts";
import { objectTypeOf } from "./object-types.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import { type FieldTypes, type OptionalType, readStruct } from "./read-struct.ts";
import type { BinOp, Expression, Subscript } from "./syntax.ts";

/** How many types one signature may be made of, with those that its names stand for. */
const MAX_TYPES = 10_000;

/**
 * Reads the annotations of one function's signature. What cannot cross a call is reported as UnsupportedType, and the
 * answer is null. Foundry: "Types reference" of functions.
 */
export class AnnotationReader implements FieldTypes {
  readonly #files: PythonFiles;
  readonly #report: Report;
  /** What is being read, to find what contains itself. */
  readonly #open: unknown[] = [];
  #count = 0;

  constructor(files: PythonFiles, report: Report) {
    this.#files = files;
    this.#report = report;
  }

  /** A type that may be None. */
  readOptional(node: Expression, file: PythonFile): OptionalType | null {
    if (++this.#count > MAX_TYPES) {
      if (this.#count > MAX_TYPES + 1) return null;
      return this.refuse(node, file, "The signature is made of too many types", "Make it smaller.");
    }
    switch (node.kind) {
      case "BinOp":
        if (node.op.kind === "BitOr") return this.#readUnion(node, membersOf(node), file);
        return this.#refuseOther(node, file);
      case "Subscript":
        return this.#readGeneric(node, file);
      case "Name":
      case "Attribute":
        return this.#readNamed(node, file);
      default:
        return this.#refuseOther(node, file);
    }
  }

  /** A type whose values are always there. */
  read(node: Expression, file: PythonFile): ValueType | null {
    const found = this.readOptional(node, file);
    if (!found) return null;
    if (!found.optional) return found.type;
    return this.refuse(
      node,
      file,
      "Only parameters, fields and results may be None",
      "Take None out of the type.",
    );
  }

  /** Reports UnsupportedType; null, for the caller to return. */
  refuse(node: Expression, file: PythonFile, problem: string, remedy: string): null {
    this.#report.error("UnsupportedType", file.at(node), `${problem}.`, remedy);
    return null;
  }

  meaning(node: Expression, file: PythonFile): Meaning {
    return meaningOf(node, file, this.#files);
  }

  #readUnion(node: Expression, members: readonly Expression[], file: PythonFile): OptionalType | null {
    const present = members.filter((member) => !isNone(member));
    const [first] = present;
    if (first && present.length === 1) {
      const found = this.readOptional(first, file);
      return found && { type: found.type, optional: found.optional || present.length < members.length };
    }
    return this.refuse(
      node,
      file,
      first ? "A value can be of one type only" : "None alone is no type for a value",
      first
        ? "Take one of the types, or write a dataclass with an optional field for each."
        : "Write the type of the value.",
    );
  }

  #readGeneric(node: Subscript, file: PythonFile): OptionalType | null {
    const meaning = this.meaning(node.value, file);
    const generic = meaning.kind === "library" ? genericType(meaning.name) : null;
    const given = node.slice.kind === "Tuple" ? node.slice.elts : [node.slice];
    const [first, second] = given;
    if (!generic || !first) return this.#refuseName(node, node.value, meaning, file);
    const wanted = typesTaken[generic] ?? given.length;
    if (given.length !== wanted) {
      const name = dottedName(node.value) ?? generic;
      return this.refuse(
        node,
        file,
        `${name} takes ${["", "one type", "two types", "three types"][wanted]}`,
        `Write ${name}[${generic === "map" ? "str, int" : Array(wanted).fill("str").join(", ")}], or what it holds.`,
      );
    }
    switch (generic) {
      case "optional": {
        const found = this.readOptional(first, file);
        return found && { ...found, optional: true };
      }
      case "union":
        return this.#readUnion(node, given.flatMap(membersOf), file);
      case "annotated":
        return this.readOptional(first, file);
      case "literal":
        return this.#readLiteral(node, given, file);
      case "aggregation":
      case "nestedAggregation": {
        const types = given.map((each) => this.read(each, file));
        const value = types.at(-1);
        const keys = types.slice(0, -1).filter((key) => key !== null);
        const whole = value && keys.length === wanted - 1;
        return whole ? { type: aggregationOf(keys, value), optional: false } : null;
      }
      default: {
        const type =
          generic === "map"
            ? second && this.#readMap(first, second, file)
            : this.#collection(generic, first, file);
        return type ? { type, optional: false } : null;
      }
    }
  }

  #collection(type: "list" | "set" | "range", node: Expression, file: PythonFile): ValueType | null {
    const element = this.read(node, file);
    if (!element) return null;
    return type === "range" ? rangeOf(element) : { type, element };
  }

  #readLiteral(node: Expression, given: readonly Expression[], file: PythonFile): OptionalType | null {
    const present = given.filter((each) => !isNone(each));
    if (present.every((each) => each.kind === "Constant" && each.type === "str")) {
      return { type: { type: "string" }, optional: present.length < given.length };
    }
    return this.refuse(
      node,
      file,
      "Literals that are not all texts are no type for a function",
      "Write int or bool.",
    );
  }

  /** A map from keys that JSON can hold as names. */
  #readMap(keyNode: Expression, valueNode: Expression, file: PythonFile): ValueType | null {
    const key = this.read(keyNode, file);
    const value = this.read(valueNode, file);
    if (!key || !value) return null;
    if (["list", "set", "map", "struct", "objectSet"].includes(key.type)) {
      return this.refuse(keyNode, file, "Keys are texts, numbers, dates or objects", "Choose another key.");
    }
    return { type: "map", key, value };
  }

  #readNamed(node: Expression, file: PythonFile): OptionalType | null {
    const meaning = this.meaning(node, file);
    if (meaning.kind === "declared") return this.#readDeclared(node, meaning, file);
    const plain = meaning.kind === "library" ? plainType(meaning.name) : null;
    if (plain) return { type: plain, optional: false };
    const object = meaning.kind === "library" ? objectTypeOf(meaning.name) : null;
    if (!object) return this.#refuseName(node, node, meaning, file);
    return { type: object, optional: false };
  }

  #readDeclared(
    node: Expression,
    { binding, file: from }: Meaning & { kind: "declared" },
    file: PythonFile,
  ): OptionalType | null {
    const name = dottedName(node) ?? "This";
    if (this.#open.includes(binding.node)) {
      return this.refuse(node, file, `${name} is no type for a function: it contains itself`, WRITE_A_TYPE);
    }
    this.#open.push(binding.node);
    try {
      if (binding.kind === "function") {
        return this.refuse(node, file, `${name} is a function and no type`, WRITE_A_TYPE);
      }
      if (binding.kind === "class") {
        const type = readStruct(node, binding.node, from, file, this);
        return type && { type, optional: false };
      }
      if (binding.alias?.type_params.length) {
        return this.refuse(
          node,
          file,
          `${name} is no type for a function: it has type parameters`,
          WRITE_A_TYPE,
        );
      }
      return this.readOptional(binding.node, from);
    } finally {
      this.#open.pop();
    }
  }

  /** Reports a name that stands for no type. `node` is the whole annotation. */
  #refuseName(node: Expression, named: Expression, meaning: Meaning, file: PythonFile): null {
    const name = dottedName(named);
    if (name === null) return this.#refuseOther(node, file);
    const full = meaning.kind === "library" ? [meaning.name] : MODULES.map((module) => `${module}.${name}`);
    const known = meaning.kind === "declared" ? null : full.map(refusedType).find((each) => each !== null);
    if (known) {
      const why = known.why && `: ${known.why}`;
      return this.refuse(node, file, `${name} is no type for a function${why}`, known.remedy);
    }
    if (meaning.kind === "library") {
      const generic = genericType(meaning.name);
      if (generic && node === named) {
        const inside = generic === "map" ? "str, int" : "str";
        return this.refuse(
          node,
          file,
          `${name} does not say what is in it`,
          `Write ${name}[${inside}], or what it holds.`,
        );
      }
      if (meaning.name === "functions.api.OntologyEdit") {
        return this.refuse(node, file, "Edits are a result of their own", "Write -> list[OntologyEdit].");
      }
      if (generic === null && plainType(meaning.name) && node !== named) {
        return this.refuse(node, file, `${name} takes no types in brackets`, `Write ${name}.`);
      }
    }
    const module = meaning.kind === "unknown" ? moduleWith(name) : null;
    if (module)
      return this.refuse(node, file, `${name} is not imported`, `Write from ${module} import ${name}.`);
    const names = [...file.names.keys(), ...typeNames.map((each) => each.slice(each.lastIndexOf(".") + 1))];
    const remedy = didYouMean(
      name,
      new Set(names),
      `${WRITE_A_TYPE.charAt(0).toLowerCase()}${WRITE_A_TYPE.slice(1)}`,
    );
    return this.refuse(node, file, `${name} is no type for a function here`, remedy);
  }

  #refuseOther(node: Expression, file: PythonFile): null {
    return this.refuse(node, file, `${describe(node)} is no type for a function`, WRITE_A_TYPE);
  }
}

/** Those that types are imported from. */
const MODULES = ["functions.api", "typing", "datetime", "decimal"];

/** The module to import a type from that is not a builtin. */
function moduleWith(name: string): string | null {
  return MODULES.find((module) => typeNames.includes(`${module}.${name}`)) ?? null;
}

function isNone(node: Expression): boolean {
  return node.kind === "Constant" && node.type === "None";
}

/** The members of `a | b | c`. */
function membersOf(node: Expression): Expression[] {
  const members: Expression[] = [];
  let rest = node;
  for (; isEither(rest); rest = rest.left) members.unshift(rest.right);
  return [rest, ...members];
}

function isEither(node: Expression): node is BinOp {
  return node.kind === "BinOp" && node.op.kind === "BitOr";
}
