import * as v from "valibot";
import { readArchive } from "../../../src/bundle/read-archive.ts";
import type { XmlElement } from "../../../src/documents/element.ts";
import { JsonFile } from "../../../src/documents/json-file.ts";
import { parseXml } from "../../../src/documents/parse.ts";
import { Report } from "../../../src/documents/report.ts";
import { readYaml } from "../../../src/documents/yaml-schema.ts";
import { checkEnvironment } from "../../../src/environment/check.ts";
import { readEnvironment } from "../../../src/environment/read-environment.ts";
import { compileCondition } from "../../../src/expression/condition.ts";
import { compileJsonPath } from "../../../src/expression/jsonpath.ts";
import { compileRegex } from "../../../src/expression/regex.ts";
import { compileTemplate } from "../../../src/expression/template.ts";
import { ExpressionError, type Lookup, type Value } from "../../../src/expression/value.ts";
import { compileXPath, parseXml as parseMessage } from "../../../src/expression/xpath.ts";

/** What is read of an input, by the kind of input. Files are in base64. */
export const readings = {
  environment: (files: Readonly<Record<string, string>>) =>
    reported((report) => {
      const model = readEnvironment(
        new Map(Object.entries(files).map(([path, content]) => [path, bytesOf(content)])),
        "test",
        report,
      );
      checkEnvironment(model, report);
      return model;
    }),
  zip: (zip: string) => reported((report) => readArchive(bytesOf(zip), report)),
  xml: (text: string) =>
    reported((report) => {
      const root = parseXml(text, "a.xml", report);
      return root && treeOf(root);
    }),
  yaml: (text: string) => reported((report) => readYaml("a.yaml", encode(text), v.unknown(), report)?.value),
  json: (text: string) => reported((report) => new JsonFile("a.json", encode(text), report).value),
  message: (text: string) => parseMessage(text).toString(),
  template: (text: string) => compileTemplate(text, variable).render(scope),
  condition: (text: string) => compileCondition(text, variable)(scope),
  jsonPath: (path: string) => compileJsonPath(path)(json),
  xpath: (expression: string) => {
    const found = compileXPath(expression, new Map([["p", "urn:p"]])).select(parseMessage(xml));
    return [found.type, found.string(), found.number(), found.boolean(), found.nodes()];
  },
  regex: (pattern: string) => {
    const regex = compileRegex(pattern);
    return samples.map((text) => [regex.matches(text), regex.find(text), regex.replaceAll(text, "<$0>")]);
  },
};

export type Kind = keyof typeof readings;

/** An input, which has to be what its kind takes. */
export type Input = readonly [kind: Kind, input: string | Readonly<Record<string, string>>];

/** What is read of an input, as one text. */
export function readingOf([kind, input]: Input): string {
  const read = readings[kind] as (input: Input[1]) => unknown;
  try {
    return JSON.stringify({ value: read(input) }, plain);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { offset, remedy } = error instanceof ExpressionError ? error : { offset: null, remedy: null };
    return JSON.stringify({ thrown: error.name, message: error.message, offset, remedy });
  }
}

const scope: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["a", "text"],
  ["request.verb", "GET"],
  ["proxy.pathsuffix", "/orders/7"],
  ["n", 7],
  ["yes", true],
]);
const variable: Lookup<typeof scope> = (name) => (variables) => variables.get(name) ?? null;
const json = {
  a: [
    { b: 1, c: "x" },
    { b: 2, c: "é" },
  ],
  n: null,
  d: { "e f": [1.5, true] },
};
const xml = '<r xmlns:p="urn:p" id="1"><a>1</a><p:a x="y">2<b/></p:a><!--c--></r>';
const samples = ["", "abc", "a.c\n", "é😀 7", "ABC-abc_123", "/orders/7"];

function reported(read: (report: Report) => unknown) {
  const report = new Report();
  return { value: read(report), problems: report.problems };
}

function treeOf(element: XmlElement): unknown {
  const { name, line, column } = element;
  return { name, line, column, xml: element.markup(), inside: element.elements().map(treeOf) };
}

/** Everything that was read can be told apart in JSON. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return { map: [...value] };
  if (value instanceof Set) return { set: [...value] };
  if (value instanceof RegExp || typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return { bytes: value.length, sum: checksum(value) };
  if (typeof value === "function") return "function";
  if (value === undefined) return "undefined";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function checksum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 7);
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
