import type { AddressBlock } from "../egress/ip.ts";
import { EgressRuleError, readEgressRule, readHost } from "../egress/rule.ts";

/**
 * A single DNS name or IPv4 address, in lower case. Throws {@link EgressRuleError} for anything else: no
 * wildcard, block, scheme, port, user name, IPv6 address or other spelling of an address.
 */
export function readSingleHost(text: string): string {
  const host = readAddress(text);
  if (typeof host === "string" && host.startsWith("*")) {
    throw new EgressRuleError(`"${text}" stands for many hosts.`, "Write one host.");
  }
  if (typeof host !== "string" && text.includes("/")) {
    throw new EgressRuleError(`"${text}" is a block of addresses.`, "Write one address.");
  }
  return text.toLowerCase();
}

/**
 * What an egress policy of a source is for: a DNS name, `*.` with a domain, an IPv4 address or a block of them.
 * Throws {@link EgressRuleError}.
 */
export function readAddress(text: string): string | AddressBlock {
  if (text.includes("@")) throw withUserName();
  if (text.includes("[") || /:.*:/.test(text)) {
    throw new EgressRuleError(
      `"${text}" is an IPv6 address, and sources are reached by name or IPv4 address.`,
      "Write a name or an IPv4 address.",
    );
  }
  if (!/^[^\s:/@?#\\]+(?:\/\d{1,2})?$/.test(text)) {
    throw new EgressRuleError(
      `"${text}" is not a host.`,
      "Write a name or an address and nothing else: no scheme, port or path.",
    );
  }
  return readHost(text.toLowerCase(), text);
}

/**
 * A host that a secret is bound to, as the egress rule that it stands for: `api.example.com` is
 * `https://api.example.com`. Plain HTTP has to be asked for. Throws {@link EgressRuleError}.
 */
export function readBoundHost(text: string): string {
  if (text.includes("@")) throw withUserName();
  const rule = text.includes("://") ? text : `https://${text}`;
  const { host } = readEgressRule(rule);
  if (typeof host === "string" ? host.startsWith("*") : /\/\d+(?::\d+)?$/.test(rule)) {
    throw new EgressRuleError(`"${text}" stands for many hosts.`, "Write each of them.");
  }
  return rule.trim().toLowerCase();
}

/** Nothing of the text is repeated: it may hold a password. */
function withUserName(): EgressRuleError {
  return new EgressRuleError(
    "The host has something with an @ before it.",
    "Write the host alone, without user name and password.",
  );
}
