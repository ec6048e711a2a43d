import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean, readBooleanAttribute, readInteger } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";

/** How XML becomes JSON. Apigee: "XMLToJSON policy" (Options). */
export interface JsonOptions {
  readonly recognizeNumber: boolean;
  readonly recognizeBoolean: boolean;
  readonly recognizeNull: boolean;
  /** The text that stands for null, where null is recognized. */
  readonly nullValue: string;
  /** Null: namespaces and prefixes are dropped. */
  readonly namespaces: Namespaces | null;
  readonly textAlwaysAsProperty: boolean;
  readonly textNodeName: string;
  /** Null: attributes stand beside the children. */
  readonly attributeBlockName: string | null;
  readonly attributePrefix: string;
  readonly outputPrefix: string;
  readonly outputSuffix: string;
  /** How many levels are taken off. */
  readonly stripLevels: number;
  /** Paths of names, from the root, whose values are always arrays; true for those that take the place of their parent. */
  readonly arrays: ReadonlyMap<string, boolean>;
  /** How long such a path is at most. */
  readonly longestPath: number;
}

export interface Namespaces {
  readonly blockName: string;
  readonly defaultName: string;
  readonly separator: string;
}

const plain: JsonOptions = {
  recognizeNumber: false,
  recognizeBoolean: false,
  recognizeNull: false,
  nullValue: "NULL",
  namespaces: null,
  textAlwaysAsProperty: false,
  textNodeName: "#text",
  attributeBlockName: null,
  attributePrefix: "",
  outputPrefix: "",
  outputSuffix: "",
  stripLevels: 0,
  arrays: new Map(),
  longestPath: 0,
};

/** What the names of `<Format>` stand for. Apigee: "XMLToJSON policy" (Format). */
const formats: Readonly<Record<string, JsonOptions>> = {
  "xml.com": { ...plain, recognizeNull: true, textNodeName: "#text", attributePrefix: "@" },
  yahoo: { ...plain, recognizeNumber: true, textNodeName: "content" },
  google: { ...plain, textNodeName: "$t", textAlwaysAsProperty: true },
  badgerFish: {
    ...plain,
    textNodeName: "$",
    textAlwaysAsProperty: true,
    attributePrefix: "@",
    namespaces: { blockName: "@xmlns", defaultName: "$", separator: ":" },
  },
};

/** Problems: EitherOptionOrFormat, UnknownFormat, NamespaceOptionsIncomplete. */
export function readJsonOptions(xml: XmlElement, report: Report): JsonOptions {
  const options = xml.child("Options");
  const format = xml.child("Format");
  const read = options ? readOptions(options, report) : plain;
  if (!format) return read;
  if (options) {
    report.error(
      "EitherOptionOrFormat",
      options,
      "There are both <Options> and <Format>, and it is not clear which is meant.",
      "Take one of them out.",
    );
  }
  const known = Object.entries(formats).find(([name]) => name.toLowerCase() === format.text().toLowerCase());
  if (!known) {
    report.error(
      "UnknownFormat",
      format,
      `There is no format ${JSON.stringify(format.text())}.`,
      `Write one of ${Object.keys(formats).join(", ")}, or <Options>.`,
    );
  }
  return known?.[1] ?? plain;
}

function readOptions(options: XmlElement, report: Report): JsonOptions {
  const text = (name: string) => options.child(name)?.text() || null;
  const flag = (name: string) => readBoolean(options.child(name), false, report);
  const paths = options.child("TreatAsArray")?.children("Path") ?? [];
  const arrays = new Map(
    paths.map((path) => [
      path.text().replace(/^\/|\/$/g, ""),
      readBooleanAttribute(path, "unwrap", false, report),
    ]),
  );
  return {
    recognizeNumber: flag("RecognizeNumber"),
    recognizeBoolean: flag("RecognizeBoolean"),
    recognizeNull: flag("RecognizeNull"),
    nullValue: text("NullValue") ?? plain.nullValue,
    namespaces: readNamespaces(options, report),
    textAlwaysAsProperty: flag("TextAlwaysAsProperty"),
    textNodeName: text("TextNodeName") ?? plain.textNodeName,
    attributeBlockName: text("AttributeBlockName"),
    attributePrefix: text("AttributePrefix") ?? "",
    outputPrefix: text("OutputPrefix") ?? "",
    outputSuffix: text("OutputSuffix") ?? "",
    stripLevels: readInteger(options.child("StripLevels"), 0, report, { minimum: 0 }),
    arrays,
    longestPath: Math.max(0, ...[...arrays.keys()].map(({ length }) => length)),
  };
}

/** Both conversions have these three elements, which belong together. */
export function readNamespaces(options: XmlElement, report: Report): Namespaces | null {
  const names = ["NamespaceBlockName", "DefaultNamespaceNodeName", "NamespaceSeparator"];
  const [blockName, defaultName, separator] = names.map((name) => options.child(name)?.text() || null);
  if (blockName && defaultName && separator) return { blockName, defaultName, separator };
  const [given] = names.flatMap((name) => options.child(name) ?? []);
  if (given?.text()) {
    report.warning(
      "NamespaceOptionsIncomplete",
      given,
      `${names.map((name) => `<${name}>`).join(", ")} belong together; while one is missing, none has an effect.`,
      "Add what is missing, or take them out.",
    );
  }
  return null;
}
