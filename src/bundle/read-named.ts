import type { XmlElement } from "../documents/element.ts";
import { parseXml } from "../documents/parse.ts";
import type { Report } from "../documents/report.ts";
import { isDuplicateName, type NameRule, readName } from "./names.ts";
import type { BundleFile } from "./root.ts";

/** The root elements of a folder's XML files. */
export interface NamedElements {
  /** By their `name`. A second one of a name stands under its file's path, where nothing finds it. */
  readonly elements: ReadonlyMap<string, XmlElement>;
  /** What those are probably called that cannot be used, which is reported: that they are not found is no news. */
  readonly unread: ReadonlySet<string>;
}

/** How much of a file that is not XML is searched for its name, in bytes. */
const SEARCHED_BYTES = 4096;

/**
 * Reads the root elements of XML files. `tag` is the element that they must be (WrongElement), or null for any. One
 * without a name goes by that of its file, so that the rest of it can be checked. Warns of NameWithLineBreak.
 * @param isUsed whether anything uses what goes by a name; where nothing does, all of it is warnings
 */
export function readNamed(
  files: readonly BundleFile[],
  tag: string | null,
  rule: NameRule,
  report: Report,
  isUsed: (name: string) => boolean = () => true,
): NamedElements {
  const elements = new Map<string, XmlElement>();
  const unread = new Set<string>();
  for (const file of files) {
    const probable = probableNames(file);
    const readReport = probable.some(isUsed) ? report : report.warnsOnly();
    const element = parseXml(file.content, file.path, readReport);
    if (element === null || isWrong(element, tag, readReport)) {
      for (const name of probable) unread.add(name);
      continue;
    }
    const goesBy = element.attribute("name")?.trim() || stemOf(file.place);
    const ownReport = isUsed(goesBy) ? report : report.warnsOnly();
    const name = readName(element, rule, ownReport);
    if (name !== null && hasLineBreak(file, element)) reportLineBreak(element, name, ownReport);
    const key = name ?? stemOf(file.place);
    const isTaken =
      name === null ? elements.has(key) : isDuplicateName(element, name, elements.get(name), ownReport);
    elements.set(isTaken ? file.path : key, element);
  }
  return { elements, unread };
}

function isWrong(element: XmlElement, tag: string | null, report: Report): boolean {
  if (tag === null || element.name === tag) return false;
  const message = `The file holds <${element.name}> where <${tag}> belongs.`;
  report.error("WrongElement", element, message, `Write a <${tag}>, or move the file where it belongs.`);
  return true;
}

/** XML reads a line break in an attribute as a space, so that only the text of the file tells. */
function hasLineBreak({ content }: BundleFile, element: XmlElement): boolean {
  const value = element.attribute("name") ?? "";
  if (/[\n\r\t]/.test(value)) return true;
  if (!value.includes(" ")) return false;
  const lines = new TextDecoder().decode(content).split(/\r\n|\r|\n/);
  const tag = lines
    .slice(element.line - 1)
    .join("\n")
    .slice(element.column - 1);
  return /^<[^\s>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*?\s+name\s*=\s*(?:"[^"\n]*\n|'[^'\n]*\n)/.test(
    tag,
  );
}

function reportLineBreak(element: XmlElement, name: string, report: Report): void {
  report.warning(
    "NameWithLineBreak",
    element,
    `The name of <${element.name}> goes over a line break; it is read as ${JSON.stringify(name)}.`,
    `Write name=${JSON.stringify(name)} on one line.`,
  );
}

/** The name that the start of a broken file says, and that of the file. */
function probableNames({ place, content }: BundleFile): string[] {
  const start = new TextDecoder().decode(content.subarray(0, SEARCHED_BYTES));
  const written = /<[A-Za-z][^<>]*?\sname\s*=\s*["']([^"'<>]*)/.exec(start)?.[1];
  return [stemOf(place), ...(written === undefined ? [] : [written.trim()])];
}

/** `Verify` of `policies/Verify.xml`. */
export function stemOf(place: string): string {
  return place.slice(place.lastIndexOf("/") + 1).replace(/\.xml$/i, "");
}
