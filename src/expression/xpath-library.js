import xpath from "xpath";
import { spend, spendText } from "./work.ts";

const { FunctionCall, PathExpr, Step, XNodeSet, XNumber, XString } = xpath;

// Every part of an expression counts each time it is evaluated, since predicates are for each node.
const operations = Object.entries(xpath).filter(([name]) => name.endsWith("Operation"));
for (const { prototype } of [...operations.map(([, operation]) => operation), FunctionCall, PathExpr]) {
  const { evaluate } = prototype;
  prototype.evaluate = function countedEvaluate(context) {
    spend();
    if (this.functionName === "lang") spend(attributesAbove(context.contextNode));
    if (this.functionName === "id") return withIds(this.arguments, context);
    return evaluate.call(this, context);
  };
}

/** The ids of each document that has been asked for one, and their elements. */
const idsOf = new WeakMap();

/** The elements with the ids that a text, or the texts of nodes, name: the library looks through all for each id. */
function withIds(given, context) {
  if (given.length !== 1) throw new Error("Function id expects (object)");
  const value = given[0].evaluate(context);
  const texts = value instanceof XNodeSet ? textsOf(value) : [value.stringValue()];
  const { contextNode } = context;
  const document = contextNode.ownerDocument ?? contextNode;
  if (!idsOf.has(document)) idsOf.set(document, idsIn(document));
  const found = new XNodeSet();
  for (const id of texts.flatMap((text) => text.split(/[\t\n\r ]+/))) {
    spend();
    const element = idsOf.get(document).get(id);
    if (element) found.add(element);
  }
  return found;
}

function idsIn(document) {
  const ids = new Map();
  for (let node = document; node; node = nextOf(node)) {
    spend();
    const id = node.getAttribute?.("id");
    if (id && !ids.has(id)) ids.set(id, node);
  }
  return ids;
}

const { applyStep, predicateMatches } = PathExpr;

PathExpr.applyStep = (step, context, node) => {
  spend();
  if (step.axis === Step.PRECEDING) return precedingOf(step, context, node);
  if (step.axis === Step.NAMESPACE) spend(attributesAbove(node));
  return applyStep(step, context, node);
};

PathExpr.predicateMatches = (predicate, context) => {
  spend();
  return predicateMatches(predicate, context);
};

function attributesAbove(node) {
  let count = 0;
  for (let at = node; at; at = at.parentNode) count += 1 + (at.attributes?.length ?? 0);
  return count;
}

/**
 * Nodes that end before a node begins, the nearest first. The library puts each before all that it has found, which
 * takes as long as they are many, and does not leave out those around the node.
 */
function precedingOf(step, context, node) {
  context.contextNode = node;
  const found = [];
  const around = new Set();
  let root = node;
  while (root.parentNode) {
    root = root.parentNode;
    around.add(root);
  }
  for (let at = root; at && at !== node; at = nextOf(at)) {
    if (step.nodeTest.matches(at, context) && !around.has(at)) found.push(at);
  }
  return found.reverse();
}

function nextOf(node) {
  if (node.firstChild) return node.firstChild;
  let at = node;
  while (at && !at.nextSibling) at = at.parentNode;
  return at ? at.nextSibling : null;
}

XString.prototype.stringValue = function countedStringValue() {
  return spendText(this.str);
};

const { stringForNode } = XNodeSet.prototype;
XNodeSet.prototype.stringForNode = function countedStringForNode(node) {
  return spendText(stringForNode.call(this, node) ?? "");
};

/** The library's own takes time that grows with the square of a number's length when something follows it. */
XNumber.prototype.numberFormat = /^\s*-?(?:[0-9]*\.)?[0-9]+\s*$/;

/** The library takes no node for zero, and reads texts such as `1e3` that are no numbers. XPath 1.0, section 4.4. */
XNodeSet.prototype.number = function numberOfFirst() {
  return this.string().number();
};
XNodeSet.prototype.numberValue = function numberValueOfFirst() {
  return this.number().numberValue();
};

/**
 * The library looks for each node it adds among all that it has, which takes minutes on a large document. A set
 * finds it at once.
 */
XNodeSet.prototype.addArray = function addArray(nodes) {
  spend(this.nodes.length + nodes.length);
  this.known = new Set([...this.nodes, ...nodes]);
  this.nodes = [...this.known];
  this.size = this.nodes.length;
  this.tree = null;
};

XNodeSet.prototype.add = function add(node) {
  spend();
  this.known ??= new Set(this.nodes);
  if (this.known.has(node)) return;
  this.known.add(node);
  this.nodes.push(node);
  this.size = this.nodes.length;
  this.tree = null;
};

const { toArray, first } = XNodeSet.prototype;
XNodeSet.prototype.toArray = function countedToArray() {
  spend(this.nodes.length);
  return toArray.call(this);
};
XNodeSet.prototype.first = function countedFirst() {
  if (this.nodes.length === 1) return this.nodes[0];
  spend(this.nodes.length);
  return first.call(this);
};

/** Two node-sets compare by one look at each node: the library compares all with all. */
const comparisons = {
  equals: (ours, theirs) => {
    const known = new Set(textsOf(ours));
    return textsOf(theirs).some((text) => known.has(text));
  },
  notequal: (ours, theirs) => {
    const [our, their] = [textsOf(ours), textsOf(theirs)];
    return our.length > 0 && their.length > 0 && new Set([...our, ...their]).size > 1;
  },
  lessthan: (ours, theirs) => extreme(ours, Math.min) < extreme(theirs, Math.max),
  lessthanorequal: (ours, theirs) => extreme(ours, Math.min) <= extreme(theirs, Math.max),
  greaterthan: (ours, theirs) => extreme(ours, Math.max) > extreme(theirs, Math.min),
  greaterthanorequal: (ours, theirs) => extreme(ours, Math.max) >= extreme(theirs, Math.min),
};
for (const [operator, compare] of Object.entries(comparisons)) {
  const others = XNodeSet.prototype[operator];
  XNodeSet.prototype[operator] = function compareNodeSets(other) {
    if (!(other instanceof XNodeSet)) return others.call(this, other);
    return new xpath.XBoolean(compare(this, other));
  };
}

function textsOf(set) {
  return set.nodes.map((node) => set.stringForNode(node));
}

/** Not a number for a set of which no text is one. */
function extreme(set, choose) {
  const numbers = textsOf(set)
    .map((text) => new XNumber(text).numberValue())
    .filter((number) => !Number.isNaN(number));
  return numbers.length === 0 ? Number.NaN : numbers.reduce((a, b) => choose(a, b));
}

export const parse = xpath.parse;
export const functions = new xpath.FunctionResolver();
