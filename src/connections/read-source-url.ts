import type { XmlElement } from "../documents/element.ts";
import { type Position, positionOf, type Report } from "../documents/report.ts";

/** A URL `source://ALIAS/path`. */
export interface SourceUrl {
  /** An alias of the environment, or the API name of a source. */
  readonly name: string;
  /** A message template for path and query; it begins with a slash, `?` or `#`, or is empty. */
  readonly path: string;
  readonly at: Position;
}

/** Reads the URL of a source; null for any other URL. Reports InvalidURL. */
export function readSourceUrl(element: XmlElement, report: Report): SourceUrl | null {
  const url = element.text();
  if (!/^source:/i.test(url)) return null;
  const [, name, path = ""] = /^source:\/\/([^\s/?#{}]+)([/?#].*)?$/is.exec(url) ?? [];
  if (name === undefined) {
    report.error(
      "InvalidURL",
      element,
      `${JSON.stringify(url)} is not the URL of a source.`,
      "Write source://ALIAS/path, with the alias of a source; variables may stand in path and query only.",
    );
  }
  return { name: name ?? "", path, at: positionOf(element) };
}
