import { escapeMarkup } from "../../../flow/fault.ts";
import type { Told } from "../../parts/own-variables.ts";

/** An element of a profile: with a text, or with others. */
export type Node = Leaf | Branch;

interface Leaf {
  readonly name: string;
  readonly text: string;
}

export interface Branch {
  readonly name: string;
  /** Its attribute `name`; null where it has none. */
  readonly title: string | null;
  readonly children: readonly Node[];
}

export function leaf(name: string, text: string): Leaf {
  return { name, text };
}

/** What is empty of the texts is left out. */
export function branch(name: string, children: readonly Node[], title: string | null = null): Branch {
  return { name, title, children: children.filter((child) => !("text" in child) || child.text !== "") };
}

export function list(name: string, item: string, texts: readonly string[]): Branch {
  return branch(
    name,
    texts.map((text) => leaf(item, text)),
  );
}

/** The markup of an element, without white space around. */
export function markupOf(node: Node): string {
  if ("text" in node) return `<${node.name}>${escapeMarkup(node.text)}</${node.name}>`;
  const title = node.title === null ? "" : ` name="${escapeMarkup(node.title).replaceAll('"', "&quot;")}"`;
  if (node.children.length === 0) return `<${node.name}${title}/>`;
  return `<${node.name}${title}>${node.children.map(markupOf).join("")}</${node.name}>`;
}

/**
 * Each element by its path, such as `App.Credentials.Credential.2.Status`: a text, or the markup of one that has others.
 * Elements of the same name are numbered from 1 where there are several.
 */
export function childNodes(node: Node, path: string = node.name): Told[] {
  if ("text" in node) return [["", path, node.text]];
  const named = Map.groupBy(node.children, ({ name }) => name);
  const below = [...named].flatMap(([name, alike]) =>
    alike.flatMap((child, index) =>
      childNodes(child, alike.length === 1 ? `${path}.${name}` : `${path}.${name}.${index + 1}`),
    ),
  );
  return [["", path, markupOf(node)], ...below];
}
