import { decoded } from "./inputs.ts";
import type { Shape, Written } from "./written.ts";

/** How a parameter is written. OpenAPI 3.0.3: "Style Values". */
export type Style =
  | "deepObject"
  | "form"
  | "label"
  | "matrix"
  | "pipeDelimited"
  | "simple"
  | "spaceDelimited";

/** Reads the texts of a parameter; null when they are not written in its style. */
export type ReadTexts = (texts: readonly string[]) => readonly Written[] | null;

/** How a parameter with texts of its own is read. What looks like a list but is none are texts, each of which counts. */
export function compileStyle(
  style: Style,
  explode: boolean,
  shape: Shape,
  name: string,
  place: string,
): ReadTexts {
  const decode = place === "header" ? (text: string) => text.trim() : decoded;
  switch (style) {
    case "label":
      return single((text) => afterDot(text, explode, shape, decode));
    case "matrix":
      return single((text) => afterSemicolon(text, explode, shape, name, decode));
    case "simple":
      return single((text) => separated(text, ",", explode, shape, decode));
    default:
      if (shape === "text") return (texts) => texts.map((text) => ({ text: decode(text) }));
      if (shape === "fields")
        return single((text) => separated(text, SEPARATORS[style] ?? ",", false, shape, decode));
      return (texts) => {
        const parts = explode ? texts : texts.flatMap((text) => text.split(SEPARATORS[style] ?? ","));
        return [{ list: parts.map(decode) }];
      };
  }
}

const SEPARATORS: Readonly<Partial<Record<Style, RegExp>>> = {
  pipeDelimited: /\||%7C/i,
  spaceDelimited: / |\+|%20/,
};

type Decode = (text: string) => string;

function single(read: (text: string) => Written | null): ReadTexts {
  return (texts) => {
    const written = texts.map(read);
    return written.every((each) => each !== null) ? written : null;
  };
}

function separated(
  text: string,
  separator: string | RegExp,
  explode: boolean,
  shape: Shape,
  decode: Decode,
): Written | null {
  if (shape === "text") return { text: decode(text) };
  const parts = text.split(separator);
  if (shape === "list") return { list: parts.map(decode) };
  return explode ? pairs(parts, decode) : alternating(parts, decode);
}

function afterDot(text: string, explode: boolean, shape: Shape, decode: Decode): Written | null {
  if (!text.startsWith(".")) return null;
  return separated(text.slice(1), explode ? "." : ",", explode, shape, decode);
}

function afterSemicolon(
  text: string,
  explode: boolean,
  shape: Shape,
  name: string,
  decode: Decode,
): Written | null {
  if (!text.startsWith(";")) return null;
  const parts = text.slice(1).split(";");
  if (explode && shape === "fields") return pairs(parts, decode);
  const values = parts.map((part) => {
    const equals = part.indexOf("=");
    return decode(equals === -1 ? part : part.slice(0, equals)) === name && equals !== -1
      ? part.slice(equals + 1)
      : null;
  });
  if (!values.every((value) => value !== null)) return null;
  const [value = ""] = values;
  if (explode && shape === "list") return { list: values.map(decode) };
  return values.length === 1 ? separated(value, ",", false, shape, decode) : null;
}

/** `R=100`, `G=200`. */
function pairs(parts: readonly string[], decode: Decode): Written | null {
  const fields = parts.map((part) => {
    const equals = part.indexOf("=");
    return equals === -1
      ? null
      : ([decode(part.slice(0, equals)), [decode(part.slice(equals + 1))]] as const);
  });
  return fields.every((field) => field !== null) ? fieldsOf(fields) : null;
}

/** `R`, `100`, `G`, `200`. */
function alternating(parts: readonly string[], decode: Decode): Written | null {
  if (parts.length % 2 !== 0) return null;
  const names = parts.filter((_, index) => index % 2 === 0);
  return fieldsOf(names.map((name, index) => [decode(name), [decode(parts[index * 2 + 1] ?? "")]] as const));
}

/** Null when a name comes twice: only one of the values would count. */
function fieldsOf(fields: readonly (readonly [string, readonly string[]])[]): Written | null {
  return new Set(fields.map(([name]) => name)).size === fields.length ? { fields } : null;
}
