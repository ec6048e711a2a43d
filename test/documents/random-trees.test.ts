import fc from "fast-check";
import { expect, test } from "vitest";
import type { XmlElement } from "../../src/documents/element.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { Report } from "../../src/documents/report.ts";
import { parse } from "./document.ts";

interface Tree {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly content: readonly Part[];
}

/** A child, text, or something between them that holds no content. */
type Part = Tree | { readonly text: string; readonly cdata: boolean } | { readonly noise: string };

/** What is expected of an element, and what is found in it. */
interface Shape {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly attributes: readonly (readonly [string, string])[];
  readonly text: string;
  readonly children: readonly Shape[];
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,6}$/);
const text = fc.string({ unit: fc.constantFrom(..."ab<>&\"' \n\tü😀]") });
const noise = fc.constantFrom("<!-- <x> & -->", "<!--\n\n-->", "<?target some\ndata?>", "\n", "\t  ");

const { tree } = fc.letrec<{ tree: Tree; part: Part }>((tie) => ({
  tree: fc.record({
    name,
    attributes: fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 3 }),
    content: fc.array(tie("part"), { maxLength: 4 }),
  }),
  part: fc.oneof(
    { maxDepth: 5 },
    fc.record({ noise }),
    fc.record({ text, cdata: fc.boolean() }),
    tie("tree"),
  ),
}));

/** Writes trees with a given line end, and keeps account of where each start tag went. */
class Writer {
  source = "";
  readonly #lineEnd: string;
  #line = 1;
  #column = 1;

  constructor(lineEnd: string) {
    this.#lineEnd = lineEnd;
  }

  write(piece: string): void {
    this.source += piece.replaceAll("\n", this.#lineEnd);
    const lines = piece.split("\n");
    this.#line += lines.length - 1;
    this.#column = (lines.length > 1 ? 1 : this.#column) + (lines.at(-1) ?? "").length;
  }

  element({ name, attributes, content }: Tree): Shape {
    const at = { line: this.#line, column: this.#column };
    this.write(`<${name}`);
    for (const [key, value] of attributes)
      this.write(`\n ${key}\n=\t"${escaped(value).replaceAll('"', "&#34;")}"`);
    this.write(content.length === 0 ? " />" : "\n>");
    let own = "";
    const children: Shape[] = [];
    for (const part of content) {
      if ("name" in part) children.push(this.element(part));
      else own += this.#part(part);
    }
    if (content.length > 0) this.write(`</${name}\n>`);
    const normalised = attributes.map(([key, value]) => [key, value.replace(/[\n\t]/g, " ")] as const);
    return { name, ...at, attributes: normalised, text: own.trim(), children };
  }

  /** Writes what is not an element, and returns the text that it holds. */
  #part(part: Exclude<Part, Tree>): string {
    if ("noise" in part) {
      this.write(part.noise);
      return part.noise.startsWith("<") ? "" : part.noise;
    }
    this.write(part.cdata ? `<![CDATA[${part.text.replaceAll("]]>", "")}]]>` : escaped(part.text));
    return part.cdata ? part.text.replaceAll("]]>", "") : part.text;
  }
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&#x3E;");
}

function shapeOf(element: XmlElement, expected: Shape): Shape {
  return {
    name: element.name,
    line: element.line,
    column: element.column,
    attributes: expected.attributes.map(([key]) => [key, element.attribute(key) ?? "missing"] as const),
    text: element.text(),
    children: element.elements().map((child, index) => shapeOf(child, expected.children[index] ?? expected)),
  };
}

test("a tree that was written is read with its structure, values and positions", () => {
  const lineEnds = fc.constantFrom("\n", "\r\n", "\r");
  const prologs = fc.constantFrom("", '<?xml version="1.0" encoding="UTF-8"?>\n', "<!-- \n -->", "\n\n ");
  fc.assert(
    fc.property(tree, lineEnds, prologs, fc.boolean(), (root, lineEnd, prolog, mark) => {
      const writer = new Writer(lineEnd);
      writer.write(prolog);
      const expected = writer.element(root);
      const element = parse(new TextEncoder().encode((mark ? "\uFEFF" : "") + writer.source));
      expect(shapeOf(element, expected)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("any text and any bytes are read or refused, never an exception", () => {
  const pieces = fc.constantFrom(
    ..."<>/&;!?-='\" \nabx:]",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml",
    "?>",
    "<!DOCTYPE ",
    "&#",
    "xmlns",
    "<a>",
    "</a>",
    "<a b='c'>",
  );
  const documents = fc.oneof(fc.string({ unit: pieces, maxLength: 30 }), fc.string(), fc.uint8Array());
  fc.assert(
    fc.property(documents, (document) => {
      const report = new Report();
      const root = parseXml(document, "x.xml", report);
      if (root === null) expect(report.failed).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
