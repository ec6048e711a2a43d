import type { Program } from "acorn";
import type { NamedBracket, ScriptCall } from "../script.ts";
import { type SyntaxNode, walk } from "./parse-script.ts";

interface MemberExpression {
  readonly object: SyntaxNode;
  readonly property: SyntaxNode;
  readonly computed: boolean;
}

/** Every call of a script. */
export function callsIn(program: Program): ScriptCall[] {
  const calls: ScriptCall[] = [];
  walk(program as unknown as SyntaxNode, (node) => {
    if (node.type !== "CallExpression") return true;
    const callee = node.callee as SyntaxNode;
    const { object, property, computed } = callee as unknown as MemberExpression;
    const isMethod = callee.type === "MemberExpression";
    const method = isMethod ? { start: property.start, end: property.end, computed } : null;
    const { start, end } = isMethod ? object : callee;
    calls.push({ callee: { start, end }, method, calleeEnd: callee.end, end: node.end });
    return true;
  });
  return calls;
}

/** Every bracket with a literal name in it, as in `headers['X-A']`. */
export function namedBracketsIn(program: Program, text: string): NamedBracket[] {
  const brackets: NamedBracket[] = [];
  walk(program as unknown as SyntaxNode, (node) => {
    const { object, property, computed } = node as unknown as MemberExpression;
    if (node.type === "MemberExpression" && computed && property.type === "Literal") {
      brackets.push({ at: text.indexOf("[", object.end), name: String(property.value) });
    }
    return true;
  });
  return brackets;
}
