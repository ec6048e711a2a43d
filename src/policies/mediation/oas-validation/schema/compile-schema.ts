import type { SpecNode } from "../spec-node.ts";
import { isObject } from "../spec-node.ts";
import { arrayChecks } from "./array-checks.ts";
import { type Combined, combinationChecks } from "./combinations.ts";
import { derivedFrom, discriminatorCheck, readDiscriminator } from "./discriminator.ts";
import { numberChecks } from "./number-checks.ts";
import { type Others, objectChecks, type Way } from "./object-checks.ts";
import { checkOf, enumCheck, kindsIn, kindsOf, unionOf } from "./own-checks.ts";
import { anything, type Check, type Schema } from "./schema.ts";
import { stringChecks } from "./string-checks.ts";

/** How many schemas may stand in the place of each other, by reference and combination. */
const DEEPEST_IN_PLACE = 50;

/** Keywords of other versions of JSON Schema: who writes them means something that is not checked. */
const FOREIGN = [
  "const",
  "contains",
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "if",
  "patternProperties",
  "prefixItems",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];

/**
 * Compiles the schemas of one specification to functions, each of them once. What cannot be checked is an error.
 * OpenAPI 3.0.3: "Schema Object".
 */
export class SchemaCompiler {
  readonly #way: Way;
  readonly #known = new Map<unknown, Schema>();
  /** Schemas that are compiled when those around them are: they may hold each other. */
  readonly #waiting: (() => void)[] = [];
  /** Those that are compiled now and look at the same value. */
  readonly #inPlace = new Set<unknown>();

  constructor(way: Way) {
    this.#way = way;
  }

  /** Compiles a schema with all that it holds. */
  compile(node: SpecNode): Schema {
    const schema = this.#later(node);
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) next();
    return schema;
  }

  /** A schema of a value inside of the one that is looked at. */
  #later(node: SpecNode): Schema {
    const known = this.#known.get(node.value);
    if (known) return known;
    const schema = anything();
    if (isObject(node.value)) {
      this.#known.set(node.value, schema);
      this.#waiting.push(() => this.#fill(node, schema));
    } else node.error(`${node.name} must be a schema.`, "Write an object, such as type: string.");
    return schema;
  }

  /** A schema of the very value that is looked at. */
  #now(node: SpecNode): Schema {
    if (this.#inPlace.has(node.value) || this.#inPlace.size >= DEEPEST_IN_PLACE) {
      const message = this.#inPlace.has(node.value)
        ? "The schema is made of itself."
        : `More than ${DEEPEST_IN_PLACE} schemas are made of each other.`;
      node.error(message, "Let it hold itself inside of properties or items only.");
      return anything();
    }
    const schema = this.#later(node);
    // One that waits is compiled here; what it holds goes on waiting.
    if (isObject(node.value) && !this.#filled.has(schema)) this.#fill(node, schema);
    return schema;
  }

  readonly #filled = new Set<Schema>();

  #fill(node: SpecNode, schema: Schema): void {
    if (this.#filled.has(schema)) return;
    this.#filled.add(schema);
    this.#inPlace.add(node.value);
    for (const keyword of FOREIGN) this.#warnOfForeign(node, keyword);
    const combined = this.#combined(node);
    const items = node.field("items");
    const properties = this.#properties(node);
    const others = this.#others(node, combined);
    const parts = [...combined.allOf, ...combined.anyOf, ...combined.oneOf];
    const own = kindsOf(node);
    schema.items = items ? this.#later(items) : (parts.find((part) => part.items)?.items ?? null);
    schema.properties = new Map([...parts.flatMap((part) => [...part.properties]), ...properties]);
    schema.kinds = own ?? unionOf(parts) ?? kindsIn(node);
    schema.takesOthers = node.field("additionalProperties") !== null && others !== "none";
    schema.check = checkOf(node, own, {
      array: arrayChecks(node, items ? schema.items : null),
      number: numberChecks(node),
      object: objectChecks(node, properties, others, this.#way),
      string: stringChecks(node),
      any: [...enumCheck(node), ...this.#choice(node, schema, combined)],
    });
    this.#inPlace.delete(node.value);
  }

  #properties(node: SpecNode): Map<string, Schema> {
    const fields = node.field("properties")?.fields("keep") ?? [];
    return new Map(fields.map(([name, field]) => [name, this.#later(field)]));
  }

  #others(node: SpecNode, { allOf }: Combined): Others {
    const field = node.field("additionalProperties");
    if (field === null || field.value === true) return "any";
    if (field.value !== false) return this.#later(field);
    if (allOf.length > 0) {
      field.document.warning(
        "AdditionalPropertiesBesideAllOf",
        field.at,
        "additionalProperties: false forbids every field that is not in properties beside it, also those of allOf.",
        "Write all fields into properties, or take additionalProperties out.",
      );
    }
    return "none";
  }

  #combined(node: SpecNode): Combined {
    const schemas = (name: string) => (node.field(name)?.items() ?? []).map((item) => this.#now(item));
    const not = node.field("not");
    return {
      allOf: schemas("allOf"),
      anyOf: schemas("anyOf"),
      oneOf: schemas("oneOf"),
      not: not ? this.#now(not) : null,
    };
  }

  /** With a discriminator, the schema that it names is looked with: in the place of oneOf or anyOf, or besides. */
  #choice(node: SpecNode, schema: Schema, combined: Combined): Check[] {
    const discriminator = node.field("discriminator");
    if (!discriminator) return combinationChecks(combined);
    const alternatives = ["oneOf", "anyOf"].find((name) => node.field(name));
    const nodes = alternatives ? (node.field(alternatives)?.items() ?? []) : [node, ...derivedFrom(node)];
    const candidates = nodes.map((each) => ({ node: each, schema: this.#later(each) }));
    const read = readDiscriminator(discriminator, candidates);
    if (!read) return [];
    const rest = alternatives ? { ...combined, [alternatives]: [] } : combined;
    return [...combinationChecks(rest), discriminatorCheck(read, schema)];
  }

  #warnOfForeign(node: SpecNode, keyword: string): void {
    const field =
      isObject(node.value) && Object.hasOwn(node.value, keyword) ? node.value[keyword] : undefined;
    if (field === undefined) return;
    node.document.warning(
      "KeywordNotChecked",
      [...node.at, keyword],
      `OpenAPI 3.0 has no ${keyword}: it is not checked.`,
      "Say the same with the keywords of OpenAPI 3.0, or check it in another policy.",
    );
  }
}
