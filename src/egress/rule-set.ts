import { type AddressBlock, addressOf, contains } from "./ip.ts";
import { allowsPort, type EgressRule } from "./rule.ts";

/** Egress rules, ready to be asked about one destination after the other. */
export interface RuleSet {
  /**
   * Whether one of the rules allows a destination.
   *
   * @param hostname as URL parsing writes it: lower case, addresses in their one form, IPv6 in brackets
   * @param protocol `http:` or `https:`; null for a connection without a URL
   */
  allows(hostname: string, port: number, protocol: string | null): boolean;
}

export function compileRules(rules: readonly EgressRule[]): RuleSet {
  /** Rules by host name, or by `*.rest` for wildcards. */
  const names = new Map<string, EgressRule[]>();
  const addresses: { block: AddressBlock; rule: EgressRule }[] = [];
  for (const rule of rules) {
    if (typeof rule.host !== "string") addresses.push({ block: rule.host, rule });
    else names.set(rule.host, [...(names.get(rule.host) ?? []), rule]);
  }

  function allows(hostname: string, port: number, protocol: string | null): boolean {
    const matches = (rule: EgressRule) => allowsPort(rule, protocol, port);
    const address = addressOf(hostname);
    if (address) return addresses.some(({ block, rule }) => matches(rule) && contains(block, address));
    if (names.get(hostname)?.some(matches)) return true;
    const dot = hostname.indexOf(".");
    return dot > 0 && (names.get(`*${hostname.slice(dot)}`)?.some(matches) ?? false);
  }

  return { allows };
}
