import type { SpecNode } from "../spec-node.ts";
import { canonical } from "./kind.ts";
import type { Check, Schema } from "./schema.ts";

/** The checks of lists. OpenAPI 3.0.3: "Schema Object"; JSON Schema Validation 00, sections 5.9 to 5.12. */
export function arrayChecks(node: SpecNode, items: Schema | null): Check[] {
  const checks: Check[] = [];
  const [least, most] = [node.count("minItems"), node.count("maxItems")];
  if (least !== null) {
    checks.push((value, validation) => {
      const { length } = value as unknown[];
      if (length >= least) return;
      validation.fail(
        () => `Array is too short: must have at least ${least} elements but instance has ${length} elements`,
      );
    });
  }
  if (most !== null) {
    checks.push((value, validation) => {
      const { length } = value as unknown[];
      if (length <= most) return;
      validation.fail(
        () => `Array is too long: must have at most ${most} elements but instance has ${length} elements`,
      );
    });
  }
  if (node.flag("uniqueItems")) {
    checks.push((value, validation) => {
      const list = value as unknown[];
      if (new Set(list.map(canonical)).size < list.length) {
        validation.fail(() => "Array must not contain duplicate elements");
      }
    });
  }
  if (items) {
    checks.push((value, validation) => {
      for (const [index, item] of (value as unknown[]).entries()) {
        if (validation.isSettled) return;
        validation.within(index, () => items.check(item, validation));
      }
    });
  }
  return checks;
}
