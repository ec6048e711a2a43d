import type { XmlStart } from "../../parts/scan-xml.ts";

/** A name in a namespace, which is empty when it is in none. */
export interface QualifiedName {
  readonly namespace: string;
  readonly name: string;
}

/** What a document has to be. */
export interface ExpectedDocument {
  /** The namespaces of the SOAP envelopes that will do; null when it is no SOAP message. */
  readonly envelopes: readonly string[] | null;
  /** The elements that will do: the root, or what is in the body of the envelope. Any when there are none. */
  readonly elements: readonly QualifiedName[];
}

/** Judges one document. */
export interface DocumentJudge {
  /** What is wrong with an element that begins; null when it belongs there. */
  start(start: XmlStart): string | null;
  /** What is missing when the document has ended. */
  end(): string | null;
}

/** Judges a document whose elements come in order. Format: SOAP 1.1, SOAP 1.2 (envelope, header, body). */
export function judgeDocument({ envelopes, elements }: ExpectedDocument): DocumentJudge {
  let found = false;
  const judgeElement = (start: XmlStart): string | null => {
    found = true;
    const isRight = elements.length === 0 || elements.some((expected) => isNamed(start, expected));
    return isRight ? null : mismatch(start);
  };
  if (envelopes === null) {
    return { start: (start) => (start.depth === 0 ? judgeElement(start) : null), end: () => null };
  }
  let envelope = "";
  let place: "start" | "header" | "body" = "start";
  return {
    start(start) {
      if (start.depth === 0) {
        envelope = start.namespace;
        if (start.name === "Envelope" && envelopes.includes(envelope)) return null;
        return `Root element must be ${envelopes.map((namespace) => `{${namespace}}Envelope`).join(" or ")}`;
      }
      if (start.depth === 1) {
        const isHeader = place === "start" && isNamed(start, { namespace: envelope, name: "Header" });
        const isBody = place !== "body" && isNamed(start, { namespace: envelope, name: "Body" });
        if (!isHeader && !isBody) return mismatch(start);
        place = isHeader ? "header" : "body";
      }
      return start.depth === 2 && place === "body" ? judgeElement(start) : null;
    },
    end() {
      if (place !== "body") return `{${envelope}}Body is missing`;
      return found || elements.length === 0 ? null : `{${envelope}}Body is empty`;
    },
  };
}

/** The text of Apigee's own, which shows in what it answers. */
function mismatch({ line }: XmlStart): string {
  return `Element name mismatch. Wildcard? [Line ${line}]`;
}

function isNamed(start: XmlStart, { namespace, name }: QualifiedName): boolean {
  return start.name === name && start.namespace === namespace;
}
