import type * as t from "@babel/types";

/** The text of a literal without any part that is worked out; null for anything else. */
export function textIn(node: t.Node | null | undefined): string | null {
  const value = node && unwrapped(node);
  if (value?.type === "StringLiteral") return value.value;
  if (value?.type === "TemplateLiteral" && value.expressions.length === 0) {
    return value.quasis[0]?.value.cooked ?? null;
  }
  return null;
}

/** An expression without `as const`, `satisfies …` and the like around it. */
export function unwrapped(node: t.Node): t.Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return unwrapped(node.expression);
    default:
      return node;
  }
}

/** The fields of an object literal by name; a field that is not written out as `name: value` is null. */
export function fieldsOf(node: t.ObjectExpression): (readonly [name: string, value: t.Node] | t.Node)[] {
  return node.properties.map((property) => {
    if (property.type !== "ObjectProperty" || property.computed) return property;
    const { key, value } = property;
    if (key.type === "Identifier") return [key.name, value];
    return key.type === "StringLiteral" ? [key.value, value] : property;
  });
}
