/** Names that are none in Python. Those with capital letters are never made here. */
const keywords: ReadonlySet<string> = new Set(
  `and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
);

/** An API name as `ontology_sdk` writes it: `displayName` is `display_name`, and `class` is `class_`. */
export function nameInPython(apiName: string): string {
  const snake = apiName
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
  return keywords.has(snake) ? `${snake}_` : snake;
}
