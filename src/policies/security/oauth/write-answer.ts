import { escapeMarkup } from "../../../flow/fault.ts";
import { ResponseMessage } from "../../../flow/message.ts";
import type { AnswerFormat, AnswerSettings } from "./answer-settings.ts";

/** A field of an answer. Those of lists are shown in JSON only. */
export type Field = readonly [name: string, value: string | number | readonly string[]];

/** The answer to a client with these fields. RFC 6749 keeps others from storing it. */
export function writeAnswer(
  status: number,
  format: AnswerFormat,
  fields: readonly Field[],
  { isCompliant }: Pick<AnswerSettings, "isCompliant">,
): ResponseMessage {
  const response = new ResponseMessage({ status });
  const [type, text] = writers[format](fields);
  response.setContent(text, type);
  if (isCompliant) {
    response.ownHeaders.set("cache-control", "no-store");
    response.ownHeaders.set("pragma", "no-cache");
  }
  return response;
}

const writers: Record<AnswerFormat, (fields: readonly Field[]) => readonly [type: string, text: string]> = {
  JSON: (fields) => ["application/json", JSON.stringify(Object.fromEntries(fields))],
  XML: (fields) => [
    "application/xml",
    `<OAuth>${textsOf(fields)
      .filter(([name]) => XML_NAME.test(name))
      .map(([name, value]) => `<${name}>${escapeMarkup(value)}</${name}>`)
      .join("")}</OAuth>`,
  ],
  FORM_PARAM: (fields) => [
    "application/x-www-form-urlencoded",
    String(new URLSearchParams(textsOf(fields).map(([name, value]) => [name, value]))),
  ],
};

/** Names of attributes are free; one that is no name of an element has no place in XML. */
const XML_NAME = /^[A-Za-z_][\w.-]*$/;

function textsOf(fields: readonly Field[]): (readonly [string, string])[] {
  return fields.flatMap(([name, value]) =>
    typeof value === "object" ? [] : [[name, String(value)] as const],
  );
}
