import { ExpressionError, type Misspelling } from "./value.ts";
import { spend, spendText, TooMuchWork, withinWork } from "./work.ts";
import { parseXml, serializeNode, type XmlDocument } from "./xml-document.ts";
import { functions, type NodeTest, type ParsedXPath, parse, type XPathValue } from "./xpath-library.js";
import { wordsForXPath } from "./xpath-words.ts";

const MAX_LENGTH = 4096;
/** The functions of XPath 1.0. */
const FUNCTIONS =
  "last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round".split(
    " ",
  );
/** The axis of a step whose axis has a name that XPath does not have. */
const UNKNOWN_AXIS = -1;

/** What an XPath found, read as the type that is wanted by the conversions of XPath 1.0. */
export interface XPathResult {
  readonly type: "nodeset" | "string" | "number" | "boolean";
  /** The text of the first node in document order, or the value as text. */
  string(): string;
  boolean(): boolean;
  /** Not a number if the text is not one. */
  number(): number;
  /** The nodes in document order: elements as XML, others as their text. Any other value: its text alone. */
  nodes(): readonly string[];
}

export interface XPath {
  /** @throws {ExpressionError} if an argument has the wrong type; {@link TooMuchWork}, also when a result is read. */
  select(document: XmlDocument): XPathResult;
}

/**
 * Compiles an XPath 1.0 expression with the prefixes declared for it. It can use the functions of XPath 1.0 and
 * nothing else: no variables, no extensions. Apigee: "ExtractVariables policy" (XMLPayload), "Message
 * template functions" (xpath).
 *
 * @throws {ExpressionError} for a syntax error, an undeclared prefix, or a function, variable or axis that
 * does not exist.
 */
export function compileXPath(expression: string, namespaces: ReadonlyMap<string, string>): XPath {
  if (expression.length > MAX_LENGTH) {
    throw new ExpressionError(`An XPath has at most ${MAX_LENGTH} characters`, 0, "Write a shorter one.");
  }
  const parsed = parseExpression(expression);
  check(parsed.expression, expression, namespaces);
  const evaluate = (document: XmlDocument): XPathValue =>
    withinWork(() => parsed.evaluate({ node: document, namespaces: (prefix) => namespaces.get(prefix) }));
  // Arguments of a wrong number or type show only when evaluated.
  guarded(expression, () => evaluate(EMPTY));
  return { select: (document) => guarded(expression, () => resultOf(evaluate(document), expression)) };
}

const EMPTY = parseXml("<empty/>");

function parseExpression(expression: string): ParsedXPath {
  if (expression.trim() === "") {
    throw new ExpressionError("An XPath cannot be empty", 0, "Write one, such as /order/id.");
  }
  return guarded(expression, () => parse(expression));
}

function guarded<T>(expression: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TooMuchWork) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const { reason, remedy } = wordsForXPath(expression, message) ?? { reason: message, remedy: null };
    throw new ExpressionError(`XPath "${expression}": ${reason}`, 0, remedy);
  }
}

/** Checks the names in a syntax tree, and lets every step count the nodes that it looks at. */
function check(tree: object, expression: string, namespaces: ReadonlyMap<string, string>): void {
  const fail = (message: string, name: string, remedy: string, misspelt?: Misspelling): never => {
    const offset = Math.max(0, expression.indexOf(name));
    throw new ExpressionError(`XPath "${expression}": ${message}`, offset, remedy, misspelt);
  };
  const pending: object[] = [tree];
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if ("functionName" in part) {
      const name = String(part.functionName);
      if (!functions.getFunction(name, "")) {
        const remedy = "Write a function of XPath 1.0, such as count or concat.";
        fail(`XPath 1.0 has no function ${name}()`, name, remedy, { name, known: FUNCTIONS });
      }
    }
    if ("variable" in part) {
      const remedy = "Write the value itself: flow variables are not known in an XPath.";
      fail(`there are no variables, such as $${part.variable}`, `$${part.variable}`, remedy);
    }
    if ("prefix" in part && typeof part.prefix === "string" && part.prefix !== "xml") {
      if (!namespaces.get(part.prefix)) {
        const remedy = `Add <Namespace prefix="${part.prefix}"> with its URI to <Namespaces>.`;
        const misspelt = { name: part.prefix, known: namespaces.keys() };
        fail(`the prefix ${part.prefix} is not declared`, `${part.prefix}:`, remedy, misspelt);
      }
    }
    if ("axis" in part && part.axis === UNKNOWN_AXIS) {
      fail("XPath 1.0 has no such axis", "::", "Write an axis such as child:: or following-sibling::.");
    }
    for (const inner of Object.values(part)) {
      if (typeof inner === "object" && inner !== null) pending.push(inner);
    }
    if ("nodeTest" in part && isNodeTest(part.nodeTest)) part.nodeTest = counted(part.nodeTest);
  }
}

function isNodeTest(value: unknown): value is NodeTest {
  return typeof value === "object" && value !== null && "matches" in value;
}

function counted(nodeTest: NodeTest): NodeTest {
  return {
    matches(node, context) {
      spend();
      return nodeTest.matches(node, context);
    },
  };
}

/** Reading a result is work of its own: nodes within nodes are all written out. */
function resultOf(value: XPathValue, expression: string): XPathResult {
  const read = <T>(run: () => T) => guarded(expression, () => withinWork(run));
  return {
    type: typeOf(value),
    string: () => read(() => value.stringValue()),
    boolean: () => read(() => value.booleanValue()),
    number: () => read(() => value.number().numberValue()),
    nodes: () => read(() => value.toArray?.().map(writtenNode) ?? [value.stringValue()]),
  };
}

function writtenNode(node: Parameters<typeof serializeNode>[0]): string {
  return spendText(serializeNode(node));
}

function typeOf(value: XPathValue): XPathResult["type"] {
  if (value.toArray) return "nodeset";
  return "str" in value ? "string" : "num" in value ? "number" : "boolean";
}

export { parseXml, type XmlDocument } from "./xml-document.ts";
