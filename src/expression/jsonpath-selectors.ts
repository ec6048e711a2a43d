import type { Accepts, Steps } from "./jsonpath-evaluation.ts";
import { ExpressionError } from "./value.ts";
import { spend } from "./work.ts";

/** Adds what it finds in a value to `found`. */
type Select = (node: unknown, root: unknown, found: unknown[]) => void;

/**
 * What stands behind one dot or in one pair of brackets. `single`: it finds at most one value.
 * `names`: it is nothing but names of properties.
 */
export type Selector = {
  readonly select: Select;
  readonly single: boolean;
  readonly names: readonly string[];
};

/** A selector, applied to a value or, after `..`, to it and everything below it. */
export type Step = { readonly descends: boolean; readonly selector: Selector };

/** Makes one function of the steps that follow `$` or `@`. */
export function chain(steps: readonly Step[]): Steps {
  const selects = steps.map(({ descends, selector: { select, names } }, index) => {
    const isObjectOfNames = names.length > 1 && index === steps.length - 1;
    if (isObjectOfNames) return descends ? descend(pickIfAll(names)) : pick(names);
    return descends ? descend(select) : select;
  });
  const run = (start: unknown, root: unknown) => {
    let nodes: unknown[] = [start];
    for (const select of selects) {
      const found: unknown[] = [];
      for (const node of nodes) {
        spend();
        select(node, root, found);
      }
      nodes = found;
    }
    return nodes;
  };
  const last = steps.length - 1;
  return {
    definite: steps.every(
      ({ descends, selector: { single, names } }, index) =>
        !descends && (single || (index === last && names.length > 0)),
    ),
    descends: steps.some(({ descends }) => descends),
    run,
  };
}

export function property(name: string): Selector {
  const select: Select = (node, _, found) => {
    if (isObject(node) && Object.hasOwn(node, name)) found.push(node[name]);
  };
  return { select, single: true, names: [name] };
}

/** The item of a list at this index; below zero it counts from the end. */
export function item(index: number): Selector {
  const select: Select = (node, _, found) => {
    if (!Array.isArray(node)) return;
    const position = index < 0 ? node.length + index : index;
    if (position >= 0 && position < node.length) found.push(node[position]);
  };
  return { select, single: true, names: [] };
}

export const wildcard: Selector = several((node, _, found) => {
  const children = childrenOf(node);
  spend(children.length);
  for (const child of children) found.push(child);
});

/** @throws {ExpressionError} for a step that does not lead forward. */
export function slice(start: number | undefined, end: number | undefined, step: number): Selector {
  if (!(step > 0)) throw new ExpressionError("The step of a slice in a JSONPath must be greater than zero");
  return several((node, _, found) => {
    if (!Array.isArray(node)) return;
    spend(node.length);
    const part = node.slice(start, end);
    for (let index = 0; index < part.length; index += step) found.push(part[index]);
  });
}

/** What each part finds, one after the other. */
export function union(parts: readonly Selector[]): Selector {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const select: Select = (node, root, found) => {
    spend(parts.length);
    for (const part of parts) part.select(node, root, found);
  };
  const areNames = parts.every(({ names }) => names.length > 0);
  return { select, single: false, names: areNames ? parts.flatMap(({ names }) => names) : [] };
}

/** The items of a list that a filter keeps, or an object itself. */
export function filter(accepts: Accepts, descends: boolean): Selector {
  return several((node, root, found) => {
    // A filter on an object keeps or drops the object itself; its values are what `..` comes to next.
    if (isObject(node) && accepts(node, root)) found.push(node);
    if (descends || !Array.isArray(node)) return;
    spend(node.length);
    for (const child of node) {
      if (accepts(child, root)) found.push(child);
    }
  });
}

function several(select: Select): Selector {
  return { select, single: false, names: [] };
}

function pick(names: readonly string[]): Select {
  return (node, _, found) => {
    if (!isObject(node)) return;
    spend(names.length);
    const present = names.filter((name) => Object.hasOwn(node, name));
    found.push(Object.fromEntries(present.map((name) => [name, node[name]])));
  };
}

function pickIfAll(names: readonly string[]): Select {
  const picked = pick(names);
  return (node, root, found) => {
    if (!isObject(node)) return;
    spend(names.length);
    if (names.every((name) => Object.hasOwn(node, name))) picked(node, root, found);
  };
}

/** Applies a selector to a value and everything below it, parents first, without recursion. */
function descend(select: Select): Select {
  return (node, root, found) => {
    const pending = [node];
    while (pending.length > 0) {
      const current = pending.pop();
      spend();
      select(current, root, found);
      const children = childrenOf(current);
      for (let index = children.length - 1; index >= 0; index--) pending.push(children[index]);
    }
  };
}

function childrenOf(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node;
  return isObject(node) ? Object.values(node) : [];
}

function isObject(node: unknown): node is Record<string, unknown> {
  return typeof node === "object" && node !== null && !Array.isArray(node);
}
