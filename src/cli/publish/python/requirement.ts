import { satisfies, valid, validRange } from "@renovatebot/pep440";

/** What one line of dependencies asks for (PEP 508). */
export interface Requirement {
  /** As it is compared: `zope-interface` for `Zope.Interface`. */
  readonly name: string;
  readonly extras: readonly string[];
  /** Empty for any version. */
  readonly versions: string;
  /** Where it is to be had from, instead of an index. */
  readonly url: string | null;
  /** Whether the environment that functions run in needs it. */
  readonly applies: boolean;
}

/** What markers may ask about the interpreter. */
export type MarkerValues = Readonly<Record<string, string>>;

const NAME = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*/;

/** The name of a package as names are compared (PEP 503). */
export function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Null when the text is no requirement. */
export function parseRequirement(text: string, values: MarkerValues): Requirement | null {
  const found = NAME.exec(text);
  if (!found) return null;
  const [whole, name = "", extras = ""] = found;
  const rest = text.slice(whole.length);
  const isUrl = rest.startsWith("@");
  // A marker after a URL is set off by a space.
  const at = isUrl ? rest.search(/\s;/) : rest.indexOf(";");
  const before = (at < 0 ? rest : rest.slice(0, at)).trim();
  const marker = at < 0 ? null : rest.slice(rest.indexOf(";", at) + 1);
  const versions = isUrl ? "" : before.replace(/^\((.*)\)$/, "$1").trim();
  const applies = marker === null ? true : evaluateMarker(marker, values);
  if (applies === null || (versions !== "" && !validRange(versions))) return null;
  return {
    name: packageName(name),
    extras: extras.split(",").flatMap((each) => packageName(each.trim()) || []),
    versions,
    url: isUrl ? before.slice(1).trim() : null,
    applies,
  };
}

/** Whether a version is one of those that are asked for; a pre-release counts when it is there, a text that is no version not. */
export function fits(version: string, versions: string): boolean {
  if (versions === "") return true;
  return valid(version) !== null && satisfies(version, versions, { prereleases: true });
}

const TOKEN = /\s*(?:(\()|(\))|(and|or)\b|("[^"]*"|'[^']*')|(not\s+in|in|[<>=!~]=?=?)|([a-z_.]+))\s*/y;

/** How many words a marker may have. */
const LONGEST_MARKER = 200;

/** Null when it is not a marker. */
function evaluateMarker(text: string, values: MarkerValues): boolean | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (const whole = text.trim(); TOKEN.lastIndex < whole.length; ) {
    const found = TOKEN.exec(whole);
    if (!found || tokens.length > LONGEST_MARKER) return null;
    tokens.push(found[0].trim());
  }
  try {
    const result = readOr(tokens, values);
    return tokens.length === 0 ? result : null;
  } catch {
    return null;
  }
}

function readOr(tokens: string[], values: MarkerValues): boolean {
  let result = readAnd(tokens, values);
  while (tokens[0] === "or") {
    tokens.shift();
    result = readAnd(tokens, values) || result;
  }
  return result;
}

function readAnd(tokens: string[], values: MarkerValues): boolean {
  let result = readComparison(tokens, values);
  while (tokens[0] === "and") {
    tokens.shift();
    result = readComparison(tokens, values) && result;
  }
  return result;
}

function readComparison(tokens: string[], values: MarkerValues): boolean {
  if (tokens[0] === "(") {
    tokens.shift();
    const result = readOr(tokens, values);
    if (tokens.shift() !== ")") throw new SyntaxError("a bracket is not closed");
    return result;
  }
  const [left = "", operator = "", right = ""] = tokens.splice(0, 3);
  const one = valueOfMarker(left, values);
  const other = valueOfMarker(right, values);
  switch (operator.replace(/\s+/, " ")) {
    case "in":
      return other.includes(one);
    case "not in":
      return !other.includes(one);
    default: {
      const versioned = /version|release/.test(left + right) && validRange(`${operator}${other}`);
      if (versioned && valid(one)) return fits(one, `${operator}${other}`);
      if (operator === "==" || operator === "===") return one === other;
      if (operator === "!=") return one !== other;
      throw new SyntaxError(`${operator} compares versions`);
    }
  }
}

function valueOfMarker(token: string, values: MarkerValues): string {
  if (/^["']/.test(token)) return token.slice(1, -1);
  if (!Object.hasOwn(values, token)) throw new SyntaxError(`there is no ${token}`);
  return values[token] ?? "";
}
