// The part of the `xpath` package that is used here. Its own declarations leave out `parse`, and bring the
// browser's types into the program, which contradict those of Workers.
import type { Document, Node } from "@xmldom/xmldom";

/** A value of XPath 1.0; `toArray` exists on node-sets only and gives their nodes in document order. */
export type XPathValue = {
  stringValue(): string;
  string(): XPathValue;
  booleanValue(): boolean;
  number(): { numberValue(): number };
  toArray?(): Node[];
};

/** Which nodes a step takes; every node that an axis leads to is asked about. */
export type NodeTest = { matches(node: unknown, context: unknown): boolean };

export type ParsedXPath = {
  /** The syntax tree: objects of the library's own, with what they consist of as their properties. */
  readonly expression: object;
  evaluate(options: { node: Document; namespaces: (prefix: string) => string | undefined }): XPathValue;
};

/** Throws an `Error` if the text is not an XPath expression. */
export function parse(expression: string): ParsedXPath;

/** The functions of XPath 1.0. */
export const functions: { getFunction(name: string, namespace: string): unknown };
