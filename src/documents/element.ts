import type { Element } from "@xmldom/xmldom";
import { Node, XMLSerializer } from "@xmldom/xmldom/lib/dom.js";
import { nearestNames } from "./nearest.ts";
import type { Position, Report } from "./report.ts";

/** Attributes that belong to XML itself, not to the element's vocabulary: `xmlns`, `xmlns:p`, `xml:space`, `xsi:…`. */
const XML_ATTRIBUTE = /^(?:xmlns$|xmlns:|xml:|xsi:)/;

/** @param known the names of the parent's children that are read */
type RefuseUnknown = (child: XmlElement, parent: XmlElement, known: readonly string[]) => boolean;

interface UnknownOptions {
  readonly refuses?: RefuseUnknown;
  readonly protects?: boolean;
}

/**
 * An element of a bundle's XML that remembers what was asked of it. Whatever a reader never asked for is
 * unknown to the product, and `reportUnknown` says so; nothing in a bundle is skipped in silence.
 * Its position is that of the `<` of its start tag.
 */
export class XmlElement implements Position {
  /** The name as written, with its prefix if it has one. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;

  readonly #node: Element;
  readonly #children: readonly XmlElement[];
  readonly #attributesAsked = new Set<string>();
  readonly #childrenAsked = new Map<string, "last" | "every" | "ignored">();
  #everythingBelowKnown = false;

  constructor(node: Element, file: string) {
    this.#node = node;
    this.name = node.nodeName;
    this.file = file;
    this.line = node.lineNumber ?? 1;
    this.column = node.columnNumber ?? 1;
    this.#children = Array.from(node.childNodes)
      .filter((child): child is Element => child.nodeType === Node.ELEMENT_NODE)
      .map((child) => new XmlElement(child, file));
  }

  /** The attribute's value as written, or undefined when the element does not have it. */
  attribute(name: string): string | undefined {
    this.#attributesAsked.add(name);
    return this.#node.getAttribute(name) ?? undefined;
  }

  /** The last child of that name. Those before it are reported by `reportUnknown`. */
  child(name: string): XmlElement | undefined {
    if (this.#childrenAsked.get(name) !== "every") this.#childrenAsked.set(name, "last");
    return this.#children.findLast((child) => child.name === name);
  }

  /** All children of these names, in document order. */
  children(...names: readonly string[]): readonly XmlElement[] {
    for (const name of names) this.#childrenAsked.set(name, "every");
    return this.#children.filter((child) => names.includes(child.name));
  }

  /** All child elements, in document order, for readers that decide about each name themselves. */
  elements(): readonly XmlElement[] {
    for (const child of this.#children) this.#childrenAsked.set(child.name, "every");
    return this.#children;
  }

  /** The children of other names than these, in document order: what to say about them is left to the caller. */
  others(...names: readonly string[]): readonly XmlElement[] {
    const others = this.#children.filter((child) => !names.includes(child.name));
    this.ignore(...others.map((child) => child.name));
    return others;
  }

  /** The attributes of other names than these, but for those of XML itself. Says nothing about what is known. */
  otherAttributes(...names: readonly string[]): readonly string[] {
    return Array.from(this.#node.attributes, (attribute) => attribute.name).filter(
      (name) => !names.includes(name) && !XML_ATTRIBUTE.test(name),
    );
  }

  /** Marks documented or legacy children that have no effect as known, with everything below them. */
  ignore(...names: string[]): void {
    for (const name of names) this.#childrenAsked.set(name, "ignored");
  }

  /** The element's own text and CDATA, without white space at either end. */
  text(): string {
    return this.rawText().trim();
  }

  /** The element's own text and CDATA as written. */
  rawText(): string {
    return Array.from(this.#node.childNodes)
      .filter((child) => child.nodeType === Node.TEXT_NODE || child.nodeType === Node.CDATA_SECTION_NODE)
      .map((child) => child.nodeValue ?? "")
      .join("");
  }

  /**
   * The content as a payload, white space as written: plain text when there are no child elements, otherwise
   * the content as XML. CDATA directly inside the element contributes its text. Everything below is known.
   */
  markup(): string {
    this.#everythingBelowKnown = true;
    if (this.#children.length === 0) return this.rawText();
    const serializer = new XMLSerializer();
    return Array.from(this.#node.childNodes)
      .map((child) =>
        child.nodeType === Node.CDATA_SECTION_NODE
          ? (child.nodeValue ?? "")
          : serializer.serializeToString(child),
      )
      .join("");
  }

  /** The elements of that name at any depth below, in document order. Says nothing about what is known. */
  descendants(name: string): readonly XmlElement[] {
    return this.#children.flatMap((child) => [
      ...(child.name === name ? [child] : []),
      ...child.descendants(name),
    ]);
  }

  /**
   * Warns about every attribute and child element, here and below, that no reader asked for
   * (UnknownAttribute, UnknownElement), and about an element where only the last one is read (DuplicateElement).
   *
   * @param refuses reports a child that is not read in its own way; false leaves it to the warning
   * @param protects whether the element keeps something out: then a name that is nearly one is an error
   */
  reportUnknown(report: Report, { refuses = () => false, protects = false }: UnknownOptions = {}): void {
    this.#reportUnknownAttributes(report, protects);
    if (this.#everythingBelowKnown) return;
    for (const child of this.#children) {
      const asked = this.#childrenAsked.get(child.name);
      const isRead = asked === "every" || (asked === "last" && this.child(child.name) === child);
      if (isRead) child.reportUnknown(report, { refuses, protects });
      else if (asked !== "ignored" && !refuses(child, this, [...this.#childrenAsked.keys()])) {
        if (asked === "last") this.#reportDuplicate(child, report);
        else this.#reportUnknownChild(child, report, protects);
      }
    }
  }

  /** Warns of names of variables, here and below, that are written as templates (BracesInName): they never have a value. */
  reportBraces(report: Report): void {
    for (const attribute of ["ref", "countRef"]) {
      const written = this.#node.getAttribute(attribute)?.trim() ?? "";
      const name = /^\{([^{}]*)\}$/.exec(written)?.[1];
      if (name === undefined) continue;
      report.warning(
        "BracesInName",
        this,
        `The attribute ${attribute} of <${this.name}> is the name of a variable, and no variable is called ${written}: it never has a value.`,
        `Write ${attribute}="${name}".`,
      );
    }
    if (this.#everythingBelowKnown) return;
    for (const child of this.#children) child.reportBraces(report);
  }

  #reportUnknownAttributes(report: Report, protects: boolean): void {
    for (const { name, lineNumber, columnNumber } of Array.from(this.#node.attributes)) {
      if (this.#attributesAsked.has(name) || XML_ATTRIBUTE.test(name)) continue;
      reportLost(
        { code: "UnknownAttribute", name, known: [...this.#attributesAsked], kind: "attribute" },
        { file: this.file, line: lineNumber ?? this.line, column: columnNumber ?? this.column },
        `<${this.name}> has an attribute "${name}" that is not known here and has no effect.`,
        protects,
        report,
      );
    }
  }

  #reportUnknownChild(child: XmlElement, report: Report, protects: boolean): void {
    reportLost(
      { code: "UnknownElement", name: child.name, known: [...this.#childrenAsked.keys()], kind: "element" },
      child,
      `<${child.name}> is not known inside <${this.name}> and has no effect.`,
      protects,
      report,
    );
  }

  #reportDuplicate(child: XmlElement, report: Report): void {
    report.warning(
      "DuplicateElement",
      child,
      `<${this.name}> has more than one <${child.name}>; only the last is used.`,
      `Keep one <${child.name}>.`,
    );
  }
}

/** How many names are listed when none is near. */
const MOST_LISTED = 12;

/** A name that nobody reads. */
interface Lost {
  readonly code: string;
  readonly name: string;
  readonly known: readonly string[];
  readonly kind: "element" | "attribute";
}

/** What is misspelt is an error where it was to keep something out, and else a warning. */
function reportLost(lost: Lost, at: Position, message: string, protects: boolean, report: Report): void {
  const near = nearestNames(lost.name, lost.known);
  const remedy = remedyFor(lost, near);
  if (!protects || near.length === 0) report.warning(lost.code, at, message, remedy);
  else report.error(lost.code, at, `${message} So the policy lets more pass than it was meant to.`, remedy);
}

function remedyFor({ known, kind }: Lost, near: readonly string[]): string {
  const quote = (candidate: string) => (kind === "element" ? `<${candidate}>` : `"${candidate}"`);
  if (near.length > 0) return `Did you mean ${near.map(quote).join(" or ")}? Otherwise remove the ${kind}.`;
  if (known.length === 0 || known.length > MOST_LISTED) return `Remove the ${kind}.`;
  return `Remove the ${kind}, or write one that is known here: ${known.map(quote).join(", ")}.`;
}
