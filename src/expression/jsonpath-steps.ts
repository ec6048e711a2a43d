import type { Evaluation, Steps } from "./jsonpath-evaluation.ts";
import { compileFilter } from "./jsonpath-filter.ts";
import type { Subscript } from "./jsonpath-syntax.ts";
import { ExpressionError } from "./value.ts";

type Select = (node: unknown, evaluation: Evaluation, found: unknown[]) => void;

/** Compiles the steps that follow `$` or `@`. */
export function compileSteps(first: Subscript | null): Steps {
  const selects: Select[] = [];
  let definite = true;
  let descends = false;
  for (let step = first; step !== null; step = step.next) {
    const isDescent = step.value.type === "dotdot";
    const selector = selectorOf(step.value);
    const names = step.next === null ? namesOf(selector) : null;
    if (names !== null) selects.push(isDescent ? descend(pickIfAll(names)) : pick(names));
    else
      selects.push(isDescent ? descend(compileSelector(selector, true)) : compileSelector(selector, false));
    definite &&= !isDescent && (names !== null || SINGLE.has(selector.type));
    descends ||= isDescent;
  }
  const run = (start: unknown, evaluation: Evaluation) => {
    let nodes: unknown[] = [start];
    for (const select of selects) {
      const found: unknown[] = [];
      for (const node of nodes) {
        evaluation.visit();
        select(node, evaluation, found);
      }
      nodes = found;
    }
    return nodes;
  };
  return { definite, descends, run };
}

type Step = Subscript["value"];
type Inner<T> = T extends { type: "dot" | "bracketMember" | "bracketExpression"; value: infer Value }
  ? Value
  : T;
type Selector = Inner<Extract<Step, { type: "dotdot" }>["value"] | Exclude<Step, { type: "dotdot" }>>;

const SINGLE = new Set<Selector["type"]>(["identifier", "stringLiteral", "numericLiteral"]);

function selectorOf(step: Step): Selector {
  const inner = step.type === "dotdot" ? step.value : step;
  return inner.type === "bracketMember" || inner.type === "bracketExpression" || inner.type === "dot"
    ? inner.value
    : inner;
}

/** The names in a list of names only: at the end of a path it makes one object of those properties. */
function namesOf(selector: Selector): readonly string[] | null {
  if (selector.type !== "unions") return null;
  const names: string[] = [];
  for (const item of selector.values) {
    if (item.type !== "stringLiteral" && item.type !== "identifier") return null;
    names.push(item.value);
  }
  return names;
}

function compileSelector(selector: Selector, descending: boolean): Select {
  switch (selector.type) {
    case "identifier":
    case "stringLiteral":
      return property(selector.value);
    case "numericLiteral":
      return item(selector.value);
    case "wildcard":
      return (node, evaluation, found) => {
        const children = childrenOf(node);
        evaluation.visit(children.length);
        for (const child of children) found.push(child);
      };
    case "slices":
      return slice(selector.start, selector.end, selector.step ?? 1);
    case "unions": {
      const parts = selector.values.map((value) => compileSelector(value, descending));
      return (node, evaluation, found) => {
        for (const part of parts) part(node, evaluation, found);
      };
    }
    case "filterExpression": {
      const accepts = compileFilter(selector.value, compileSteps);
      return (node, evaluation, found) => {
        // A filter on an object keeps or drops the object itself; its values are what `..` comes to next.
        if (isObject(node) && accepts(node, evaluation)) found.push(node);
        if (descending || !Array.isArray(node)) return;
        evaluation.visit(node.length);
        for (const child of node) {
          if (accepts(child, evaluation)) found.push(child);
        }
      };
    }
  }
}

function property(name: string): Select {
  return (node, _, found) => {
    if (isObject(node) && Object.hasOwn(node, name)) found.push(node[name]);
  };
}

function item(index: number): Select {
  return (node, _, found) => {
    if (!Array.isArray(node)) return;
    const position = index < 0 ? node.length + index : index;
    if (position >= 0 && position < node.length) found.push(node[position]);
  };
}

function slice(start: number | null, end: number | null, step: number): Select {
  if (!(step > 0)) throw new ExpressionError("The step of a slice in a JSONPath must be greater than zero");
  return (node, evaluation, found) => {
    if (!Array.isArray(node)) return;
    evaluation.visit(node.length);
    const part = node.slice(start ?? 0, end ?? node.length);
    for (let index = 0; index < part.length; index += step) found.push(part[index]);
  };
}

function pick(names: readonly string[]): Select {
  return (node, _, found) => {
    if (!isObject(node)) return;
    const present = names.filter((name) => Object.hasOwn(node, name));
    found.push(Object.fromEntries(present.map((name) => [name, node[name]])));
  };
}

function pickIfAll(names: readonly string[]): Select {
  const picked = pick(names);
  return (node, evaluation, found) => {
    if (isObject(node) && names.every((name) => Object.hasOwn(node, name))) picked(node, evaluation, found);
  };
}

/** Applies a selector to a value and everything below it, parents first, without recursion. */
function descend(select: Select): Select {
  return (node, evaluation, found) => {
    const pending = [node];
    while (pending.length > 0) {
      const current = pending.pop();
      evaluation.visit();
      select(current, evaluation, found);
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
