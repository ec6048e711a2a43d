import { spend } from "../../../../expression/work.ts";
import type { SpecNode } from "../spec-node.ts";
import { canonical, type Kind, kindOf } from "./kind.ts";
import type { Check, Schema } from "./schema.ts";
import { shown } from "./validation.ts";

const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  ["array", ["array"]],
  ["boolean", ["boolean"]],
  ["integer", ["integer"]],
  ["number", ["integer", "number"]],
  ["object", ["object"]],
  ["string", ["string"]],
]);

/** The checks of one schema, by what they look at. */
export interface Checks {
  readonly array: readonly Check[];
  readonly number: readonly Check[];
  readonly object: readonly Check[];
  readonly string: readonly Check[];
  readonly any: readonly Check[];
}

/** Looks at what a value is, and then with the checks for that. */
export function checkOf(node: SpecNode, kinds: ReadonlySet<Kind> | null, checks: Checks): Check {
  const isNullable = node.flag("nullable") && kinds !== null;
  const none: readonly Check[] = [];
  const byKind: Readonly<Record<Kind, readonly Check[]>> = {
    ...{ array: checks.array, object: checks.object, string: checks.string },
    ...{ integer: checks.number, number: checks.number, boolean: none, null: none },
  };
  const allowed = JSON.stringify([...(kinds ?? [])]);
  return (value, validation) => {
    spend();
    const kind = kindOf(value);
    if (kind === "null" && isNullable) return;
    if (kinds && !kinds.has(kind)) {
      validation.fail(
        () => `Instance type (${kind}) does not match any allowed primitive type (allowed: ${allowed})`,
      );
      return;
    }
    for (const check of byKind[kind]) if (!validation.isSettled) check(value, validation);
    for (const check of checks.any) if (!validation.isSettled) check(value, validation);
  };
}

/** What `type` says; null when it says nothing. */
export function kindsOf(node: SpecNode): ReadonlySet<Kind> | null {
  const type = node.text("type");
  if (type === null) return null;
  const kinds = KINDS.get(type);
  if (kinds) return new Set(kinds);
  node
    .field("type")
    ?.error(`${type} is no type of OpenAPI 3.0.`, `Write one of ${[...KINDS.keys()].join(", ")}.`);
  return null;
}

/** What the parts of a schema say of its type together. */
export function unionOf(parts: readonly Schema[]): ReadonlySet<Kind> | null {
  if (parts.length === 0) return null;
  const known = parts.flatMap(({ kinds }) => (kinds ? [...kinds] : []));
  return known.length === 0 ? null : new Set(known);
}

/** What the values of `enum` are; null without any. */
export function kindsIn(node: SpecNode): ReadonlySet<Kind> | null {
  const values = node.field("enum")?.value;
  return Array.isArray(values) && values.length > 0 ? new Set(values.map(kindOf)) : null;
}

/** The values are plain ones, whatever they look like. */
export function enumCheck(node: SpecNode): Check[] {
  const field = node.field("enum");
  if (!field) return [];
  if (!Array.isArray(field.value)) {
    field.error("enum must be a list.", "Write the values that are allowed.");
    return [];
  }
  const values: readonly unknown[] = field.value;
  const allowed = new Set(values.map(canonical));
  return [
    (value, validation) => {
      if (allowed.has(canonical(value))) return;
      validation.fail(
        () => `Instance value (${shown(value)}) not found in enum (possible values: ${shown(values)})`,
      );
    },
  ];
}
