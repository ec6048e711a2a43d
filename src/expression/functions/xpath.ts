import { ExpressionError } from "../value.ts";
import { compileXPath, parseXml, type XPathResult } from "../xpath.ts";
import { nullOnExpressionError, rememberCompiled } from "./remember-compiled.ts";
import type { TemplateFunction } from "./template-function.ts";

const MOST_NAMESPACES = 10;

/** How the result is read, by what the type argument can be. */
const TYPES: ReadonlyMap<string, (result: XPathResult) => string> = new Map([
  ["nodeset", (result: XPathResult) => result.nodes().join("")],
  ["node", (result: XPathResult) => result.nodes()[0] ?? ""],
  ["string", (result: XPathResult) => result.string()],
  ["number", (result: XPathResult) => (matches(result) ? String(result.number()) : "")],
  ["boolean", (result: XPathResult) => String(result.boolean())],
]);

const searches = rememberCompiled(compileSearch);

/**
 * (expression, XML text[, type or `prefix:uri`, …]). The type is nodeset, node, string, number or boolean; a
 * nodeset, which is the default, is the XML of its nodes in document order. No match is empty, but for the
 * type boolean, to which it is false; a text that is not XML is always empty.
 */
export const xpath: TemplateFunction = {
  parameters: ["verbatim", "value", ...Array<"verbatim">(1 + MOST_NAMESPACES).fill("verbatim")],
  required: 2,
  bind: ([expression, , ...settings]) => {
    if (expression !== undefined && settings.every((setting) => setting !== undefined)) {
      const search = compileSearch(JSON.stringify([expression, ...settings]));
      return (_, text) => nullOnExpressionError(() => search(text ?? ""));
    }
    const compiled = searches(undefined);
    return (path, text, ...given) => {
      const search = compiled(JSON.stringify([path, ...given]));
      return search && nullOnExpressionError(() => search(text ?? ""));
    };
  },
};

/** Compiles the expression and settings of a call, which come as a JSON array of texts. */
function compileSearch(source: string): (xml: string) => string {
  const [expression = "", ...settings]: string[] = JSON.parse(source);
  const namespaces = new Map<string, string>();
  let type = "nodeset";
  for (const setting of settings) {
    const colon = setting.indexOf(":");
    if (colon === -1) type = setting.toLowerCase();
    else namespaces.set(setting.slice(0, colon), setting.slice(colon + 1));
  }
  const read = TYPES.get(type);
  if (read === undefined) {
    throw new ExpressionError(
      `"${type}" is no type.`,
      0,
      `Write one of ${[...TYPES.keys()].join(", ")}, or prefix:uri.`,
      { name: type, known: TYPES.keys() },
    );
  }
  const compiled = compileXPath(expression, namespaces);
  return (xml) => read(compiled.select(parseXml(xml)));
}

function matches(result: XPathResult): boolean {
  return result.type !== "nodeset" || result.nodes().length > 0;
}
