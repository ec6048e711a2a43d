/** Why an XPath cannot be read, as what follows a colon, and what to write instead. */
interface XPathWords {
  readonly reason: string;
  readonly remedy: string;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
]);

/** Puts what the XPath library says about an expression into words. Undefined when those are our own. */
export function wordsForXPath(expression: string, message: string): XPathWords | undefined {
  if (message.startsWith("Unterminated string literal")) {
    return { reason: "a text in quotes is not closed", remedy: "Write a second quote where it ends." };
  }
  const [, name, parameters] = /^Function (\S+) expects (.*)$/.exec(message) ?? [];
  if (name !== undefined) {
    return {
      reason: `the arguments of ${name}() are not those that it takes`,
      remedy: `Write ${name} with ${parameters}.`,
    };
  }
  return message === "XPath parse error" ? wordsForSyntax(expression) : undefined;
}

function wordsForSyntax(expression: string): XPathWords {
  const open: string[] = [];
  for (const [token] of expression.matchAll(/"[^"]*"|'[^']*'|[()[\]]/g)) {
    const closing = CLOSING.get(token);
    if (closing !== undefined) open.push(closing);
    else if ((token === ")" || token === "]") && open.pop() !== token) {
      return { reason: `a ${token} closes nothing`, remedy: "Remove it, or write what belongs before it." };
    }
  }
  const missing = open.pop();
  if (missing !== undefined) {
    return { reason: `a ${missing} is missing`, remedy: `Write ${missing} where it belongs.` };
  }
  if (/[/=<>|+*-]\s*$/.test(expression) && !/\/\*\s*$/.test(expression)) {
    return { reason: "it ends where something must follow", remedy: "Write a name or a value at its end." };
  }
  return {
    reason: "it is no expression of XPath 1.0",
    remedy: "Write a path such as /order/item[@sku='1']/text(), or a call such as count(//item).",
  };
}
