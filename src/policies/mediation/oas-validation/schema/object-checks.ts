import type { SpecNode } from "../spec-node.ts";
import type { Check, Schema } from "./schema.ts";
import { shownNames } from "./validation.ts";

/** A message on its way to the target, or back: some fields exist only on one of them. */
export type Way = "request" | "response";

/** What an object may hold beside the fields that a schema names. */
export type Others = Schema | "any" | "none";

/** The checks of objects. OpenAPI 3.0.3: "Schema Object"; JSON Schema Validation 00, sections 5.13 to 5.18. */
export function objectChecks(
  node: SpecNode,
  properties: ReadonlyMap<string, Schema>,
  others: Others,
  way: Way,
): Check[] {
  const checks: ((object: Readonly<Record<string, unknown>>, ...rest: [Parameters<Check>[1]]) => void)[] = [];
  const required = requiredNames(node, way);
  if (required.length > 0) {
    checks.push((object, validation) => {
      const missing = required.filter((name) => !Object.hasOwn(object, name));
      if (missing.length === 0) return;
      validation.fail(() => `Object has missing required properties (${shownNames(missing)})`);
    });
  }
  const [least, most] = [node.count("minProperties"), node.count("maxProperties")];
  if (least !== null) {
    checks.push((object, validation) => {
      const count = Object.keys(object).length;
      if (count >= least) return;
      validation.fail(
        () => `Object has too few properties (found ${count} but schema requires at least ${least})`,
      );
    });
  }
  if (most !== null) {
    checks.push((object, validation) => {
      const count = Object.keys(object).length;
      if (count <= most) return;
      validation.fail(
        () => `Object has too many properties (found ${count} but schema requires at most ${most})`,
      );
    });
  }
  if (others === "none") {
    checks.push((object, validation) => {
      const unwanted = Object.keys(object).filter((name) => !properties.has(name));
      if (unwanted.length === 0) return;
      validation.fail(
        () => `Object instance has properties which are not allowed by the schema: ${shownNames(unwanted)}`,
      );
    });
  }
  const other = typeof others === "object" ? others : null;
  if (properties.size > 0 || other) {
    checks.push((object, validation) => {
      for (const name of Object.keys(object)) {
        if (validation.isSettled) return;
        const schema = properties.get(name) ?? other;
        if (schema) validation.within(name, () => schema.check(object[name], validation));
      }
    });
  }
  return checks as Check[];
}

/** A field that is only for the other way need not be there. OpenAPI 3.0.3: "Schema Object" (readOnly, writeOnly). */
function requiredNames(node: SpecNode, way: Way): string[] {
  const properties = node.field("properties");
  return (node.field("required")?.items() ?? []).flatMap((item) => {
    if (typeof item.value !== "string") {
      item.error("required must be a list of names.", "Write the names of fields.");
      return [];
    }
    const property = properties?.field(item.value);
    return property?.flag(way === "request" ? "readOnly" : "writeOnly") ? [] : [item.value];
  });
}
