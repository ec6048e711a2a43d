import type * as t from "@babel/types";

/** Types that TypeScript wraps around values; all other nodes of its own hold no code that runs. */
const WRAPPERS: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSParameterProperty",
  "TSExportAssignment",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSImportEqualsDeclaration",
  "TSExternalModuleReference",
]);

/** Calls `visit` for each node of code that runs, from the outside in; a node's types are left out. */
export function walk(root: t.Node, visit: (node: t.Node) => void): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    let inside: readonly unknown[] = [];
    if (Array.isArray(value)) inside = value;
    else if (isNode(value) && (!value.type.startsWith("TS") || WRAPPERS.has(value.type))) {
      visit(value);
      inside = childrenOf(value);
    }
    // One at a time: a call takes only so many arguments, and a list in the code may be longer.
    for (const each of inside.toReversed()) pending.push(each);
  }
}

function childrenOf(node: t.Node): unknown[] {
  return Object.entries(node).flatMap(([key, value]) =>
    key === "loc" || key.endsWith("Comments") || key === "extra" ? [] : [value],
  );
}

function isNode(value: unknown): value is t.Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The nodes that use a name's value: not property names, not declarations of the name. */
export function referencesIn(root: t.Node): t.Identifier[] {
  const names = new Set<t.Node>();
  const found: t.Identifier[] = [];
  walk(root, (node) => {
    for (const name of namesOnly(node)) names.add(name);
    if (node.type === "Identifier" && !names.has(node)) found.push(node);
  });
  return found;
}

/** The children of a node that are names and no references. */
function namesOnly(node: t.Node): t.Node[] {
  switch (node.type) {
    case "MemberExpression":
    case "OptionalMemberExpression":
      return node.computed ? [] : [node.property];
    case "ObjectProperty":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassProperty":
      return node.computed ? [] : [node.key];
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return [node.local, ...("imported" in node ? [node.imported] : [])];
    case "ExportSpecifier":
      return [node.exported];
    case "ExportNamedDeclaration":
      // What another module exports under that name.
      return node.source ? node.specifiers.flatMap((each) => ("local" in each ? [each.local] : [])) : [];
    case "PrivateName":
      return [node.id];
    case "MetaProperty":
      return [node.meta, node.property];
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return node.label ? [node.label] : [];
    default:
      return [];
  }
}

/** Every name that something in the code declares, in whatever scope. */
export function declaredNames(root: t.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: t.Node | null | undefined) => {
    for (const name of namesInPattern(pattern)) names.add(name);
  };
  walk(root, (node) => {
    if (node.type === "VariableDeclarator") add(node.id);
    else if (node.type === "CatchClause") add(node.param);
    else if (node.type.startsWith("Import") && "local" in node) add(node.local);
    else if (node.type === "TSEnumDeclaration") add(node.id);
    else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") add(node.id);
    else if ("params" in node && Array.isArray(node.params)) {
      if ("id" in node) add(node.id as t.Node | null);
      for (const parameter of node.params) add(parameter as t.Node);
    }
  });
  return names;
}

function namesInPattern(node: t.Node | null | undefined): string[] {
  switch (node?.type) {
    case "Identifier":
      return [node.name];
    case "AssignmentPattern":
      return namesInPattern(node.left);
    case "RestElement":
      return namesInPattern(node.argument);
    case "TSParameterProperty":
      return namesInPattern(node.parameter);
    case "ArrayPattern":
      return node.elements.flatMap(namesInPattern);
    case "ObjectPattern":
      return node.properties.flatMap((property) =>
        namesInPattern(property.type === "RestElement" ? property : property.value),
      );
    default:
      return [];
  }
}
