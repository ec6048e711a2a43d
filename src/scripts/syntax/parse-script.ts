import { type Node, type Options, type Program, parse } from "acorn";
import { ScriptSyntaxError } from "../error.ts";
import { parseRhino } from "./rhino.ts";

const options: Options = { ecmaVersion: 2023, sourceType: "script", locations: true };

/** A script's syntax, with its text in ECMAScript: each line is where it was. */
interface ParsedScript {
  /** Of the script as it was written. */
  readonly program: Program;
  readonly text: string;
  /** Of the text. */
  readonly executable: Program;
}

/** Parses a script, which may have Rhino's `for each` and E4X's `.@name`. Throws {@link ScriptSyntaxError}. */
export function parseScript(text: string): ParsedScript {
  try {
    const parsed = parseRhino(text, options);
    const executable = parsed.text === text ? parsed.program : parse(parsed.text, options);
    return { ...parsed, executable };
  } catch (error) {
    if (!(error instanceof SyntaxError) || !("loc" in error)) throw error;
    const { line, column } = error.loc as { line: number; column: number };
    throw new ScriptSyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ""), line, column + 1);
  }
}

/** Any node of a syntax tree, with the parts that are looked at. */
export type SyntaxNode = Node & Readonly<Record<string, unknown>>;

/** Calls `visit` for each node below and including one, parents first; false keeps it from going deeper. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => boolean): void {
  const stack = [node];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (!visit(next)) continue;
    for (const value of Object.values(next)) {
      // One at a time: a call takes only so many arguments, and a list in a script may be longer.
      for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) stack.push(each);
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}
