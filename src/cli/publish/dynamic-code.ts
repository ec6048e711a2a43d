import type * as t from "@babel/types";
import { sourceOf } from "./check-imports.ts";
import { textIn } from "./literal.ts";
import { declaredNames, walk } from "./walk.ts";

/** Code that makes or chooses code at run time. */
export interface DynamicCode {
  readonly node: t.Node;
  /** Such as `eval`. */
  readonly what: string;
}

/** Says whether a text may hold dynamic code, which is much cheaper than parsing it. */
export function mentionsDynamicCode(text: string): boolean {
  return /\beval\b|\bFunction\s*\(|\bWebAssembly\b|\bimport\s*\(/.test(text);
}

const COMPILING: ReadonlySet<string> = new Set([
  "Module",
  "compile",
  "compileStreaming",
  "instantiate",
  "instantiateStreaming",
]);

const GLOBALS: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);

/**
 * Every place where code makes code from text or bytes, or imports what it works out. Workers refuse all of it
 * when it runs; names that the code declares itself are not meant.
 */
export function dynamicCodeIn(program: t.Node): DynamicCode[] {
  const declared = declaredNames(program);
  const isGlobal = (node: t.Node, name: string) => nameOfGlobal(node, declared) === name;
  const found: DynamicCode[] = [];
  const decorations = new Set<t.Node>();
  walk(program, (node) => {
    if (node.type === "Decorator") decorations.add(node.expression);
    // Foundry's example has `@Function()` without importing it.
    if (decorations.has(node)) return;
    if (node.type === "NewExpression" || node.type === "CallExpression") {
      const callee = unwrapSequence(node.callee);
      if (isGlobal(callee, "eval")) found.push({ node, what: "eval" });
      if (isGlobal(callee, "Function")) found.push({ node, what: "Function" });
      if (callee.type === "Import" && textIn(node.arguments[0]) === null) {
        found.push({ node, what: "import of a name that is worked out" });
      }
      if (isGlobal(callee, "require") && textIn(sourceOf(node)) === null) {
        found.push({ node, what: "require of a name that is worked out" });
      }
    }
    if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return;
    const name = memberName(node);
    if (name !== null && COMPILING.has(name) && isGlobal(node.object, "WebAssembly")) {
      found.push({ node, what: `WebAssembly.${name}` });
    }
  });
  return found;
}

/** The global that an expression is, also as a property of the global object; null for anything else. */
function nameOfGlobal(node: t.Node, declared: ReadonlySet<string>): string | null {
  if (node.type === "Identifier") return declared.has(node.name) ? null : node.name;
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return null;
  const { object } = node;
  const isOfGlobal = object.type === "Identifier" && GLOBALS.has(object.name) && !declared.has(object.name);
  return isOfGlobal ? memberName(node) : null;
}

function memberName(node: t.MemberExpression | t.OptionalMemberExpression): string | null {
  if (node.computed) return textIn(node.property);
  return node.property.type === "Identifier" ? node.property.name : null;
}

/** `(0, eval)` is eval. */
function unwrapSequence(node: t.Node): t.Node {
  if (node.type === "ParenthesizedExpression") return unwrapSequence(node.expression);
  const last = node.type === "SequenceExpression" ? node.expressions.at(-1) : undefined;
  return last ? unwrapSequence(last) : node;
}
