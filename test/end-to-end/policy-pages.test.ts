import { globSync, readdirSync, readFileSync } from "node:fs";
import { DOMParser, type Element, XMLSerializer } from "@xmldom/xmldom";
import { describe, expect, test } from "vitest";
import type { XmlElement } from "../../src/documents/element.ts";
import { parseXml } from "../../src/documents/parse.ts";
import { Report } from "../../src/documents/report.ts";
import { policyTypes } from "../../src/policies/all.ts";
import type { PolicyType } from "../../src/policies/policy-type.ts";
import { readBlocks } from "./documentation/markdown.ts";

const folder = "docs/policies";

const source = globSync("src/**/*.ts")
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

/** What all policies have: the pages do not repeat it. */
const COMMON = ["@name", "@enabled", "@continueOnError", "@async", "DisplayName"];

/** Every element and attribute below an element: `Get`, `Get/Key`, `Get@assignTo`. */
function pathsIn(element: XmlElement, path = ""): string[] {
  const below = (name: string) => (path === "" ? name : `${path}/${name}`);
  return [
    ...element.otherAttributes().map((name) => `${path}@${name}`),
    ...element.elements().flatMap((child) => [below(child.name), ...pathsIn(child, below(child.name))]),
  ];
}

function read(type: PolicyType, xml: string): Report {
  const report = new Report();
  const root = parseXml(xml, "P.xml", report);
  if (root === null) throw new Error(`not XML: ${xml}`);
  for (const attribute of ["name", "enabled", "continueOnError", "async"]) root.attribute(attribute);
  root.ignore("DisplayName");
  type.read(root, report);
  root.reportUnknown(report);
  return report;
}

/** A policy with one more element or attribute, at the end of the elements on its path. */
function withPath(xml: string, path: string): string {
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const [elements = "", attribute] = path.split("@");
  let at = document.documentElement as Element;
  const names = elements.split("/").filter((name) => name !== "");
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1 && attribute === undefined;
    const found = Array.from(at.childNodes).findLast(({ nodeName }) => nodeName === name) as
      | Element
      | undefined;
    at = found && !isLast ? found : (at.appendChild(document.createElement(name)) as Element);
  }
  if (attribute !== undefined) at.setAttribute(attribute, "true");
  else if (!at.hasChildNodes()) at.textContent = "true";
  return new XMLSerializer().serializeToString(document);
}

/** What may stand beside what a policy has, as far as the remedy for a name that nobody knows lists it. */
function knownPaths(type: PolicyType, xml: string): string[] {
  const root = parseXml(xml, "P.xml", new Report());
  const elements = root === null ? [] : ["", ...pathsIn(root).filter((path) => !path.includes("@"))];
  return elements.flatMap((path) => {
    const child = path === "" ? "" : `${path}/`;
    return [
      ...namesIn(read(type, withPath(xml, `${child}${NOBODY}`)), /<(\w+)>/g).map((name) => child + name),
      ...namesIn(read(type, withPath(xml, `${path}@${NOBODY}`)), /"(\w+)"/g).map((name) => `${path}@${name}`),
    ];
  });
}

/** A name that is near no other. */
const NOBODY = "Qqqqqqqqqqqq";

function namesIn({ problems }: Report, pattern: RegExp): string[] {
  const remedy = problems.find(({ message }) => message.includes(NOBODY))?.remedy ?? "";
  const [, list = ""] = remedy.split("known here: ");
  return [...list.matchAll(pattern)].map(([, name = ""]) => name);
}

/** A row `Get/*` is about Get and everything below it; what a row is about stands in something. */
function covers(row: string, path: string): boolean {
  if (row.startsWith(`${path}/`)) return true;
  const whole = row.endsWith("/*") ? row.slice(0, -2) : null;
  return row === path || (whole !== null && new RegExp(`^${whole}(?![\\w-])`).test(path));
}

interface Page {
  readonly examples: readonly string[];
  readonly text: string;
  /** The paths of the rows that say `yes` or `partly`, and of those that say `no`. */
  readonly runs: readonly string[];
  readonly missing: readonly string[];
}

function readPage(element: string): Page {
  const text = readFileSync(`${folder}/${element}.md`, "utf8");
  const rows = [...text.matchAll(/^\| (`[^|]+`) \| (yes|partly|no) \|/gm)].map(
    ([, paths = "", runs = ""]) => ({
      paths: paths.split(", ").map((path) => path.replaceAll("`", "")),
      runs,
    }),
  );
  const examples = readBlocks(text).filter(
    ({ language, text }) => language === "xml" && text.startsWith(`<${element}`),
  );
  return {
    text,
    examples: examples.map(({ text }) => text),
    runs: rows.filter(({ runs }) => runs !== "no").flatMap(({ paths }) => paths),
    missing: rows.filter(({ runs }) => runs === "no").flatMap(({ paths }) => paths),
  };
}

const pages = readdirSync(folder)
  .filter((file) => file !== "README.md")
  .map((file) => file.replace(".md", ""));

test("every policy type has a page", () => {
  expect(pages.sort()).toEqual([...policyTypes.keys()].sort());
});

describe.each(pages)("the page of %s", (element) => {
  const page = readPage(element);
  const type = policyTypes.get(element);
  if (!type) throw new Error(`There is a page of ${element}, which is no policy type.`);

  test("shows policies that can be deployed and of which everything is known", () => {
    expect(page.examples).not.toEqual([]);
    for (const example of page.examples) {
      const problems = read(type, example).problems.filter(
        ({ severity, code }) => severity === "error" || /^(Unknown|Duplicate)/.test(code),
      );
      expect(problems, example).toEqual([]);
    }
  });

  test("has a row for every element and attribute that its examples use, and no other", () => {
    const used = page.examples.flatMap((example) => {
      const root = parseXml(example, "P.xml", new Report());
      return root === null ? [] : pathsIn(root);
    });
    expect(used.filter((path) => ![...page.runs, ...COMMON].some((row) => covers(row, path)))).toEqual([]);
    expect(page.runs.filter((row) => !used.some((path) => covers(row, path)))).toEqual([]);
  });

  test("has a row for every element and attribute that the policy reads", () => {
    const known = new Set(page.examples.flatMap((example) => knownPaths(type, example)));
    const documented = [...page.runs, ...page.missing, ...COMMON];
    expect([...known].filter((path) => !documented.some((row) => covers(row, path)))).toEqual([]);
  });

  test("says no only where the check says something", () => {
    const [example = ""] = page.examples;
    for (const path of page.missing) {
      const before = read(type, example).problems.length;
      expect(read(type, withPath(example, path)).problems.length, path).toBeGreaterThan(before);
    }
  });

  test("names every error that the policy raises", () => {
    const codes = Object.values(type.faults ?? {}).map(({ code }) => code);
    expect(codes.filter((code) => !page.text.includes(code))).toEqual([]);
  });

  test("names no problem at deployment that the check does not know", () => {
    const [, table = ""] = page.text.split("| at deployment | |\n|---|---|\n");
    const rows = table.split("\n\n", 1)[0]?.matchAll(/^\| (`[^|]+`) \|/gm) ?? [];
    const codes = [...rows].flatMap(([, cell = ""]) => cell.split(", ").map((code) => code.slice(1, -1)));
    expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(source))).toEqual([]);
  });

  test("is in the index", () => {
    expect(readFileSync(`${folder}/README.md`, "utf8")).toContain(`[${element}](${element}.md)`);
  });
});
