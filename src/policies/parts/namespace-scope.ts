const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/**
 * What prefixes stand for where a document is being read. Each look-up takes the same time, however deep it lies.
 * Format: Namespaces in XML 1.0.
 */
export class NamespaceScope {
  /** The innermost meaning is the last. The default namespace has an empty prefix. */
  readonly #meanings = new Map<string, string[]>([["xml", [XML]]]);
  /** The prefixes that each open element declares. */
  readonly #declared: (readonly string[])[] = [];

  /** Enters an element; returns what is wrong with the names in its start tag, or null. */
  enter(element: string, attributes: Readonly<Record<string, string>>): string | null {
    const declared: string[] = [];
    const prefixed: string[] = [];
    for (const name in attributes) {
      const prefix = declaredBy(name);
      if (prefix === null) {
        if (name.includes(":")) prefixed.push(name);
        continue;
      }
      const uri = attributes[name]?.trim() ?? "";
      if (!isDeclarable(prefix, uri)) return `the prefix ${JSON.stringify(prefix)} cannot be declared so`;
      const meanings = this.#meanings.get(prefix);
      if (meanings) meanings.push(uri);
      else this.#meanings.set(prefix, [uri]);
      declared.push(prefix);
    }
    this.#declared.push(declared);
    return this.#problemOf(element) ?? this.#problemOfAttributes(prefixed);
  }

  /** Leaves the element that was entered last. */
  leave(): void {
    for (const prefix of this.#declared.pop() ?? []) this.#meanings.get(prefix)?.pop();
  }

  /** Of an element that was entered: of the default namespace when it has no prefix, or of none, which is empty. */
  namespaceOf(element: string): string {
    return this.#meaningOf(element.includes(":") ? element.slice(0, element.indexOf(":")) : "") ?? "";
  }

  #meaningOf(prefix: string): string | undefined {
    return this.#meanings.get(prefix)?.at(-1);
  }

  #problemOfAttributes(names: readonly string[]): string | null {
    const expanded = new Set<string>();
    for (const name of names) {
      const problem = this.#problemOf(name);
      if (problem !== null) return problem;
      const [prefix = "", local = ""] = name.split(":");
      const key = `${local} ${this.#meaningOf(prefix)}`;
      if (expanded.has(key)) return `duplicate attribute: ${JSON.stringify(local)}`;
      expanded.add(key);
    }
    return null;
  }

  #problemOf(name: string): string | null {
    const [prefix = "", local, more] = name.split(":");
    if (local === undefined) return null;
    if (prefix === "" || local === "" || more !== undefined) return `malformed name: ${JSON.stringify(name)}`;
    return this.#meaningOf(prefix) !== undefined
      ? null
      : `unbound namespace prefix: ${JSON.stringify(prefix)}`;
  }
}

/** The prefix that an attribute declares; empty for the default namespace, null for any other attribute. */
export function declaredBy(name: string): string | null {
  if (name === "xmlns") return "";
  return /^xmlns:./.test(name) ? name.slice("xmlns:".length) : null;
}

/** `xml` and `xmlns` are what they are; no prefix stands for nothing, but the default namespace may. */
export function isDeclarable(prefix: string, uri: string): boolean {
  if (prefix === "xml" || uri === XML) return prefix === "xml" && uri === XML;
  if (prefix === "") return uri !== XMLNS;
  return prefix !== "xmlns" && !prefix.includes(":") && uri !== "" && uri !== XMLNS;
}
