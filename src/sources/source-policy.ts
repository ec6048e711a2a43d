import { type EgressPolicy, policyOf, portOf, type Refusal } from "../egress/egress-policy.ts";
import { type EgressRule, readHost } from "../egress/rule.ts";
import { compileRules, type RuleSet } from "../egress/rule-set.ts";
import { connectionsOf } from "./connection.ts";
import type { Source, SourceEgressPolicy } from "./source.ts";

/** Where the sources of one workload may connect to. */
export interface SourcePolicy extends EgressPolicy {
  /**
   * Null when a TCP connection may be opened.
   *
   * @param host a name or an address; an IPv6 address with or without brackets
   */
  checkSocket(host: string, port: number): Refusal | null;
  allowsSocket(host: string, port: number): boolean;
}

/**
 * Everything that the active egress policies of some sources cover, and nothing else. Throws `EgressRuleError`
 * for a policy that is none. Foundry: "Configure egress".
 */
export function compileSourcePolicy(sources: readonly Source[]): SourcePolicy {
  const active = compileRules(rulesOf(sources, (policy) => policy.state === "active"));
  const inactive = compileRules(rulesOf(sources, (policy) => policy.state !== "active"));
  const refuse = (hostname: string, port: number) => notCovered(hostname, port, sources, inactive);
  const urls = policyOf(active, ({ hostname, port, protocol }) => refuse(hostname, portOf(protocol, port)));

  function checkSocket(host: string, port: number): Refusal | null {
    const hostname = hostnameOf(host);
    if (hostname === null || !Number.isInteger(port)) return refuse(host, port);
    return active.allows(hostname, port, null) ? null : refuse(hostname, port);
  }

  return {
    check: urls.check,
    checkSocket,
    allowsSocket: (host, port) => checkSocket(host, port) === null,
  };
}

/** What an egress policy allows. Throws `EgressRuleError`. */
export function ruleOf({ address, ports }: SourceEgressPolicy): EgressRule {
  return { protocol: null, host: readHost(address.toLowerCase(), address), ports };
}

function rulesOf(sources: readonly Source[], wanted: (policy: SourceEgressPolicy) => boolean): EgressRule[] {
  return sources.flatMap(({ egressPolicies }) => egressPolicies.filter(wanted).map(ruleOf));
}

/** A host as URL parsing writes it; null when it is written in another way, or is none. */
function hostnameOf(host: string): string | null {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const hostname = URL.parse(`http://${bracketed}/`)?.hostname;
  return hostname === bracketed.toLowerCase() && !hostname.endsWith(".") ? hostname : null;
}

function notCovered(hostname: string, port: number, sources: readonly Source[], inactive: RuleSet): Refusal {
  const rule = `${hostname}:${port}`;
  const names = sources.map(({ apiName }) => apiName).join(", ");
  const reason =
    sources.length === 0
      ? `no source is declared, and "${rule}" needs one with an egress policy`
      : `"${rule}" is not covered by an active egress policy of ${names}`;
  const remedy = inactive.allows(hostname, port, null)
    ? "The egress policy for it is not active: set its state to active."
    : `${slashHint(hostname, sources)}Add { address: ${hostname}, port: ${port} } to the networkEgressPolicies of the source that it belongs to.`;
  return { host: hostname, port, reason, rule, remedy };
}

/** What to check first when a host looks like a source's with a path glued to it: `example.comapi`. */
function slashHint(hostname: string, sources: readonly Source[]): string {
  const fused = sources
    .flatMap(connectionsOf)
    .map(({ host }) => host.toLowerCase())
    .find((host) => hostname.startsWith(host) && hostname !== host);
  if (fused === undefined) return "";
  return `${hostname} begins with the source's host ${fused}: check that a slash stands between the connection's URL and the path. If it is a host of its own: `;
}
