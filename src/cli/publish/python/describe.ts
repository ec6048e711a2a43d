import type { Expression } from "./syntax.ts";

const words: Readonly<Record<string, string>> = {
  Lambda: "A lambda",
  List: "A list",
  Tuple: "A tuple",
  Dict: "A dict",
  Set: "A set",
  Call: "A call",
  BinOp: "A calculation",
  UnaryOp: "A calculation",
  JoinedStr: "A text with values in it",
  Subscript: "This",
};

/** A kind of expression in words, to begin a sentence with. */
export function describe(node: Expression): string {
  if (node.kind === "Constant") {
    if (node.type === "None") return "None alone";
    if (node.type === "str") return `The text ${JSON.stringify(node.value)}`;
    return node.type === "ellipsis" ? "..." : `The value ${String(node.value)}`;
  }
  return words[node.kind] ?? "This expression";
}
