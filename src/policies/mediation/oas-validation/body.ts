import { mediaType } from "../../../flow/content-type.ts";
import type { Message } from "../../../flow/message.ts";
import { parseExactJson } from "../../parts/exact-json.ts";
import { hasDuplicateNames } from "../../parts/json-names.ts";
import { scanJson, unlimited } from "../../parts/scan-json.ts";
import { strictContent } from "../../parts/source-message.ts";
import { decoded, pairsIn } from "./parameters/inputs.ts";
import { valueFrom } from "./parameters/written.ts";
import type { SchemaCompiler } from "./schema/compile-schema.ts";
import type { Schema } from "./schema/schema.ts";
import { Validation, type Wrong } from "./schema/validation.ts";
import type { SpecNode } from "./spec-node.ts";

/** What the payload of a message may be. */
export interface Content {
  readonly types: readonly string[];
  readonly hasSchema: boolean;
  /** What is wrong with a payload. */
  check(message: Message): readonly Wrong[];
}

/**
 * Compiles the media types of a body. JSON and forms are looked into; other payloads are not, as in Apigee.
 * OpenAPI 3.0.3: "Media Type Object". Notes ContentNotChecked.
 */
export function compileContent(
  node: SpecNode,
  compiler: SchemaCompiler,
  side: "Request" | "Response",
): Content {
  const ranges = node.fields().map(([range, media]) => {
    const schema = media.field("schema");
    return { range: mediaType(range), written: range, schema: schema ? compiler.compile(schema) : null };
  });
  for (const { range, written } of ranges) {
    if (isJson(range) || isForm(range)) continue;
    const message = `A body of ${written} is not looked into${range.includes("*") ? ", unless it is JSON or a form" : ""}.`;
    const remedy = "Check it in a policy for it: XMLThreatProtection, MessageValidation, a script.";
    node.document.note("ContentNotChecked", node.at, message, remedy);
  }
  const types = ranges.map(({ written }) => written);
  return {
    types,
    hasSchema: ranges.some(({ schema }) => schema !== null),
    check(message) {
      // One that says nothing is what the specification says first.
      const type = mediaType(message.contentType) || (ranges[0]?.range ?? "");
      const found = bestOf(type)
        .map((range) => ranges.find((each) => each.range === range))
        .find(Boolean);
      if (!found) {
        const text = `${side} Content-Type header '${type}' does not match any allowed types. Must be one of: [${types.join(", ")}].`;
        return [{ text, details: [] }];
      }
      if (!found.schema) return [];
      if (isJson(type)) return checkJson(message, found.schema);
      return isForm(type) ? checkForm(message, found.schema) : [];
    },
  };
}

/** The ranges that a media type is in, the narrowest first. */
function bestOf(type: string): string[] {
  return [type, type.replace(/\/.*/, "/*"), "*/*"];
}

function isJson(type: string): boolean {
  return /^application\/(?:json|[^/]+\+json)$/.test(type);
}

function isForm(type: string): boolean {
  return type === "application/x-www-form-urlencoded";
}

function checkJson(message: Message, schema: Schema): readonly Wrong[] {
  const text = strictContent(message);
  if (text === null) return unreadable("content is not UTF-8");
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { reason, line } = scanJson(text, unlimited) ?? { reason: "Malformed JSON", line: 1 };
    return unreadable(`${reason} at line ${line}`);
  }
  if (hasDuplicateNames(text, value)) return unreadable("a name comes twice in an object");
  const validation = new Validation();
  schema.check(value, validation);
  return validation.wrong;
}

function unreadable(reason: string): readonly Wrong[] {
  return [{ text: `Unable to parse JSON - ${reason}.`, details: [] }];
}

function checkForm(message: Message, schema: Schema): readonly Wrong[] {
  const text = strictContent(message);
  const validation = new Validation();
  if (text === null) validation.fail(() => "Unable to parse form - content is not UTF-8.");
  else {
    const form = pairsIn(text.replaceAll("+", " "));
    const fields = [...form].map(([name, texts]) => [name, texts.map(decoded)] as const);
    schema.check(valueFrom({ fields }, schema, validation), validation);
  }
  return validation.wrong;
}
