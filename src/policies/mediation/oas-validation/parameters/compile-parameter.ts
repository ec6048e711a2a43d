import { parseExactJson } from "../../../parts/exact-json.ts";
import { hasDuplicateNames } from "../../../parts/json-names.ts";
import type { SchemaCompiler } from "../schema/compile-schema.ts";
import { anything, type Schema } from "../schema/schema.ts";
import { Validation, type Wrong } from "../schema/validation.ts";
import type { SpecNode } from "../spec-node.ts";
import { decoded, type Inputs } from "./inputs.ts";
import { compileStyle, type Style } from "./styles.ts";
import { shapeOf, valueFrom, type Written } from "./written.ts";

export type Place = "cookie" | "header" | "path" | "query";

/** A parameter of an operation, or a header of a response. */
export interface Parameter {
  readonly place: Place;
  /** Of headers in lower case. */
  readonly name: string;
  /** The name as the specification has it. */
  readonly written: string;
  readonly isRequired: boolean;
  /** Whether it takes a query parameter or cookie of that name. */
  claims(name: string): boolean;
  /** What is wrong with it; null when it is not there. */
  check(inputs: Inputs): readonly Wrong[] | null;
}

const STYLES: Readonly<Record<Place, readonly Style[]>> = {
  cookie: ["form"],
  header: ["simple"],
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
};

/**
 * Compiles a parameter. OpenAPI 3.0.3: "Parameter Object", "Header Object".
 *
 * @param isClaimed whether another parameter of the operation takes a query parameter of that name
 */
export function compileParameter(
  node: SpecNode,
  place: Place,
  name: string,
  compiler: SchemaCompiler,
  isClaimed: (name: string) => boolean = () => false,
): Parameter {
  const known = place === "header" ? name.toLowerCase() : name;
  const style = readStyle(node, place);
  const explode = node.field("explode") ? node.flag("explode") : style === "form";
  const content = node.field("content")?.fields()[0]?.[1] ?? null;
  const schemaNode = (content ?? node).field("schema");
  const schema = schemaNode ? compiler.compile(schemaNode) : anything();
  const mayBeEmpty = place === "query" && node.flag("allowEmptyValue");
  const shape = shapeOf(schema);
  const ofFields = fieldNames(
    style,
    explode && shape === "fields" && !content && place !== "header",
    known,
    schema,
  );
  const read = compileStyle(style, explode, shape, name, place);

  function textsIn(inputs: Inputs): readonly Written[] | "malformed" | null {
    if (ofFields) {
      const fields = [...(place === "cookie" ? inputs.cookies : inputs.query)].flatMap(([full, texts]) => {
        const field = ofFields.nameIn(full, isClaimed);
        return field === null ? [] : [[field, texts.map(decoded)] as const];
      });
      return fields.length === 0 ? null : [{ fields }];
    }
    const texts = textsOf(inputs, place, known);
    if (texts === null) return null;
    return read(mayBeEmpty ? texts.filter((text) => text !== "") : texts) ?? "malformed";
  }

  return {
    place,
    name: known,
    written: name,
    isRequired: place === "path" || node.flag("required"),
    claims: (other) => (ofFields ? ofFields.nameIn(other, isClaimed) !== null : other === known),
    check(inputs) {
      const validation = new Validation();
      if (content) {
        const texts = textsOf(inputs, place, known);
        if (texts === null) return null;
        for (const text of texts) checkJson(place === "header" ? text : decoded(text), schema, validation);
      } else {
        const all = textsIn(inputs);
        if (all === null) return null;
        if (all === "malformed") validation.fail(() => `Value is not written in the style ${style}`);
        else for (const each of all) schema.check(valueFrom(each, schema, validation), validation);
      }
      return validation.wrong.map(({ text, details }) => ({ text: `Parameter '${name}': ${text}`, details }));
    },
  };
}

function readStyle(node: SpecNode, place: Place): Style {
  const [usual = "simple", ...others] = STYLES[place];
  const written = node.text("style");
  const style = [usual, ...others].find((each) => each === written);
  if (written !== null && !style) {
    const message = `${written} is no style of a ${place} parameter.`;
    node.field("style")?.error(message, `Write one of ${STYLES[place].join(", ")}.`);
  }
  return style ?? usual;
}

function textsOf(inputs: Inputs, place: Place, name: string): readonly string[] | null {
  switch (place) {
    case "path": {
      const text = inputs.path.get(name);
      return text === undefined ? null : [text];
    }
    case "header": {
      const text = inputs.headers.get(name);
      return text === null ? null : [text];
    }
    case "query":
      return inputs.query.get(name) ?? null;
    case "cookie":
      return inputs.cookies.get(name) ?? null;
  }
}

/** How fields stand beside each other, each under a name of its own; null where they do not. */
function fieldNames(
  style: Style,
  isExploded: boolean,
  name: string,
  { properties, takesOthers }: Schema,
): { nameIn(full: string, isClaimed: (name: string) => boolean): string | null } | null {
  if (style === "deepObject") {
    return {
      nameIn: (full) =>
        full.startsWith(`${name}[`) && full.endsWith("]") ? full.slice(name.length + 1, -1) : null,
    };
  }
  if (!isExploded || style === "simple" || style === "label" || style === "matrix") return null;
  return {
    nameIn: (full, isClaimed) => (properties.has(full) || (takesOthers && !isClaimed(full)) ? full : null),
  };
}

function checkJson(text: string, schema: Schema, validation: Validation): void {
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    validation.fail(() => "Unable to parse JSON");
    return;
  }
  if (hasDuplicateNames(text, value))
    validation.fail(() => "Unable to parse JSON - a name comes twice in an object");
  else schema.check(value, validation);
}
