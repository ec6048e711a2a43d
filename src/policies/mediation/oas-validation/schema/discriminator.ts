import type { SpecNode } from "../spec-node.ts";
import type { Check, Schema } from "./schema.ts";
import { shown } from "./validation.ts";

/** Which schema a value says that it fits. */
export interface Discriminator {
  /** The field that says it. */
  readonly property: string;
  /** By the field's value. */
  readonly schemas: ReadonlyMap<string, Schema>;
}

/**
 * Reads a discriminator. OpenAPI 3.0.3: "Discriminator Object".
 *
 * @param candidates the schemas among which it chooses, by the name or reference that they have
 */
export function readDiscriminator(
  node: SpecNode,
  candidates: readonly { readonly node: SpecNode; readonly schema: Schema }[],
): Discriminator | null {
  const property = node.text("propertyName");
  if (property === null) {
    node.error(
      "discriminator has no propertyName.",
      "Write the name of the field that tells the schemas apart.",
    );
    return null;
  }
  const schemas = new Map(candidates.map((candidate) => [candidate.node.name, candidate.schema]));
  for (const [value, target] of node.field("mapping")?.fields("keep") ?? []) {
    if (typeof target.value !== "string") {
      target.error("mapping must hold the names of schemas.", "Write #/components/schemas/NAME.");
      continue;
    }
    const reference = /^[\w.-]+$/.test(target.value) ? `#/components/schemas/${target.value}` : target.value;
    const meant = node.document.node({ $ref: reference }, target.at);
    const candidate = candidates.find((each) => each.node.value === meant?.value);
    if (candidate) schemas.set(value, candidate.schema);
    else if (meant) {
      target.error(
        `${target.value} is none of the schemas that the discriminator chooses among.`,
        "Name one of them.",
      );
    }
  }
  return { property, schemas };
}

/** The schemas of the specification that are made of this one by allOf. OpenAPI 3.0.3: "Composition and Inheritance". */
export function derivedFrom(base: SpecNode): SpecNode[] {
  const all = base.document.root.field("components")?.field("schemas")?.fields("keep") ?? [];
  const bases = new Set([base.value]);
  const derived: SpecNode[] = [];
  for (let before = 0; before < bases.size; ) {
    before = bases.size;
    for (const [, node] of all) {
      const isDerived = node
        .field("allOf")
        ?.items()
        .some(({ value }) => bases.has(value));
      if (!isDerived || bases.has(node.value)) continue;
      bases.add(node.value);
      derived.push(node);
    }
  }
  return derived;
}

/**
 * Finds the schema that a value names, and looks with that one alone.
 *
 * @param base the schema with the discriminator, of which that one may be made
 */
export function discriminatorCheck({ property, schemas }: Discriminator, base: Schema): Check {
  return (value, validation) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      validation.fail(() => "Instance is no object, and has no discriminator");
      return;
    }
    const name: unknown = Object.hasOwn(value, property) ? Reflect.get(value, property) : undefined;
    const schema = typeof name === "string" ? schemas.get(name) : undefined;
    if (schema === base) return;
    if (schema) validation.once(base, value, () => schema.check(value, validation));
    else if (name === undefined) validation.fail(() => `Discriminator field ${shown(property)} is missing`);
    else validation.fail(() => `Discriminator field ${shown(property)} has the unknown value ${shown(name)}`);
  };
}
