import { addressOf, kindOf } from "./ip.ts";
import { defaultPorts, type EgressRule, EgressRuleError, readEgressRule } from "./rule.ts";
import { compileRules, type RuleSet } from "./rule-set.ts";

/** What an environment may call, as configured. */
export interface EgressRules {
  /** Rules as text; see {@link readEgressRule}. Whatever matches none of them is refused. */
  readonly allow: readonly string[];
  /** What a refusal advises: an option of `sortie dev`, or a line in the environment's list. */
  readonly advice: "dev" | { readonly list: string };
}

/** Why a URL may not be called, and what to do. Holds nothing of the URL but its host and port. */
export interface Refusal {
  /** As the URL was understood; empty when it could not be. */
  readonly host: string;
  readonly port: number | null;
  readonly reason: string;
  /** The rule that would allow it, or null when none can. */
  readonly rule: string | null;
  readonly remedy: string;
}

/** Says which URLs an environment may call. */
export interface EgressPolicy {
  /** Null when the URL may be called as it is written. */
  check(url: URL | string): Refusal | null;
}

/** How many origins a policy remembers its verdict on; the oldest is forgotten first. */
const REMEMBERED_ORIGINS = 1000;

/**
 * Turns an egress list into a policy. Throws {@link EgressRuleError} with every line that is not a rule.
 *
 * A policy looks at names, not at what they resolve to: Workers do not show it.
 */
export function compileEgressPolicy({ allow, advice }: EgressRules): EgressPolicy {
  return policyOf(compileRules(readRules(allow)), (url) => notListed(url, advice));
}

/**
 * The policy that allows what the rules do.
 *
 * @param refuse words the refusal of a well-formed URL that no rule allows
 */
export function policyOf(rules: RuleSet, refuse: (url: URL) => Refusal): EgressPolicy {
  const verdicts = new Map<string, Refusal | null>();

  function check(url: URL | string): Refusal | null {
    const text = typeof url === "string" ? url : url.href;
    const written = beforePath(text);
    const known = verdicts.get(written);
    if (known !== undefined) return known;
    const parsed = URL.parse(text);
    if (parsed === null) return malformed("it is not an absolute URL", "Write a complete http or https URL.");
    const verdict = misspelling(parsed, written) ?? (isListed(parsed) ? null : refuse(parsed));
    // Other spellings are rare. The key is built afresh: a part of a long URL would keep all of it in memory.
    const { origin, protocol } = parsed;
    const key = written === origin ? origin : `${origin}:${defaultPorts[protocol]}`;
    if (written === key) remember(verdicts, key, verdict);
    return verdict;
  }

  function isListed({ protocol, hostname, port }: URL): boolean {
    return rules.allows(hostname, portOf(protocol, port), protocol);
  }

  return { check };
}

function notListed({ protocol, hostname, port: portText }: URL, advice: EgressRules["advice"]): Refusal {
  const port = portOf(protocol, portText);
  const rule = portText === "" ? hostname : `${hostname}:${portText}`;
  const address = addressOf(hostname);
  const kind = address && kindOf(address);
  const reason = kind
    ? `${hostname} is a ${kind} address and "${rule}" is not in the egress list`
    : `"${rule}" is not in the egress list`;
  const remedy =
    advice === "dev"
      ? `Start sortie dev with --connect-to ${rule}=URL, or with --target-server NAME=URL when it is the address of a target server.`
      : `Add "${rule}" to ${advice.list}.`;
  return { host: hostname, port, reason, rule, remedy };
}

function readRules(texts: readonly string[]): EgressRule[] {
  const problems: string[] = [];
  const rules = texts.flatMap((text) => {
    try {
      return readEgressRule(text);
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new EgressRuleError(problems.join("\n"), "");
  return rules;
}

/** Scheme, host and port as written: all of a URL before the first `/`, `?` or `#` after `scheme://`. */
function beforePath(url: string): string {
  for (let index = "https://".length; index < url.length; index++) {
    const code = url.charCodeAt(index);
    if (code === 0x2f || code === 0x3f || code === 0x23) return url.slice(0, index);
  }
  return url;
}

/**
 * What is wrong with how a URL is written. The host must stand there as it is understood: URL parsing drops
 * tabs and line breaks, turns backslashes into slashes, decodes `%61` and full-width letters and accepts
 * `2130706433` for 127.0.0.1, and each of those has hidden a host from somebody's check before.
 */
function misspelling(parsed: URL, written: string): Refusal | null {
  const { protocol, host, hostname, username, password, port } = parsed;
  const defaultPort = defaultPorts[protocol];
  const refuse = (reason: string, remedy: string): Refusal => ({
    ...malformed(reason, remedy),
    host: hostname,
    port: defaultPort === undefined ? null : portOf(protocol, port),
  });
  if (defaultPort === undefined) {
    return refuse(`its scheme is "${protocol.slice(0, -1)}"`, "Only http and https URLs can be called.");
  }
  if (username !== "" || password !== "") {
    return refuse("it has a user name or password in it", "Send credentials in the Authorization header.");
  }
  const plain = `${protocol}//${host}`;
  const lower = written.toLowerCase();
  if (lower !== plain && (port !== "" || lower !== `${plain}:${defaultPort}`)) {
    return refuse(`its host is not written as it is understood, "${host}"`, `Write ${plain}`);
  }
  return hostname.endsWith(".")
    ? refuse("its host ends with a dot", `Write ${protocol}//${hostname.slice(0, -1)}`)
    : null;
}

function malformed(what: string, remedy: string): Refusal {
  return { host: "", port: null, reason: `the URL cannot be called: ${what}`, rule: null, remedy };
}

/** The port that a URL of http or https is for. */
export function portOf(protocol: string, port: string): number {
  return port === "" ? (defaultPorts[protocol] ?? 0) : Number(port);
}

function remember(verdicts: Map<string, Refusal | null>, origin: string, verdict: Refusal | null): void {
  const oldest = verdicts.size < REMEMBERED_ORIGINS ? undefined : verdicts.keys().next().value;
  if (oldest !== undefined) verdicts.delete(oldest);
  verdicts.set(origin, verdict);
}
