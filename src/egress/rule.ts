import { type AddressBlock, addressOf, blockOf } from "./ip.ts";

/** The port that a URL without one means. */
export const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Ports from one to another, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** One line of an egress list, ready to compare with a parsed URL. */
export interface EgressRule {
  /** `http:` or `https:`, or null when the rule allows both. */
  readonly protocol: string | null;
  /** A host name, `*` with the part after a name's first label (`*.example.com`), or a block of addresses. */
  readonly host: string | AddressBlock;
  /** Null stands for the default port of the URL's scheme. */
  readonly ports: PortRange | null;
}

/** A line of an egress list that is not a rule; the message is what is wrong with it, and what to write. */
export class EgressRuleError extends Error {
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(`${problem} ${remedy}`);
    this.name = "EgressRuleError";
    this.problem = problem;
    this.remedy = remedy;
  }
}

const SHAPE = /^(?:(https?):\/\/)?(\[[^\]]*\]|[^:/[\]]+(?:\/\d{1,2})?)(?::(\d{1,5}))?$/;

/**
 * Reads one rule: `api.example.com` (default ports), `api.example.com:8443`, `https://api.example.com`,
 * `*.example.com` (exactly one label in place of the star), `10.1.2.3`, `10.0.0.0/8`, `[fd00::1]`,
 * `[fd00::/8]`. Throws {@link EgressRuleError}.
 */
export function readEgressRule(text: string): EgressRule {
  const [, scheme, host = "", portText] = SHAPE.exec(text.trim().toLowerCase()) ?? [];
  if (host === "") {
    throw new EgressRuleError(
      `"${text}" is not an egress rule.`,
      "Write a host with an optional scheme and port and nothing else, such as " +
        '"api.example.com", "https://api.example.com:8443", "*.example.com" or "10.0.0.0/8".',
    );
  }
  const port = portText === undefined ? null : Number(portText);
  if (port === 0 || (port ?? 0) > 65535) {
    throw new EgressRuleError(`"${text}" has no port that there is.`, "Write a port from 1 to 65535.");
  }
  return {
    protocol: scheme === undefined ? null : `${scheme}:`,
    host: readHost(host, text),
    ports: port === null ? null : { first: port, last: port },
  };
}

/**
 * True when the rule allows the scheme and port of a URL whose host it matches, or with null for the scheme
 * the port of a connection without one.
 */
export function allowsPort(
  { protocol: only, ports }: EgressRule,
  protocol: string | null,
  port: number,
): boolean {
  if (only !== null && only !== protocol) return false;
  if (ports === null) return protocol !== null && port === defaultPorts[protocol];
  return ports.first <= port && port <= ports.last;
}

/**
 * Reads the host of a rule alone, in lower case. Throws {@link EgressRuleError}.
 *
 * @param text what messages quote
 */
export function readHost(host: string, text: string): string | AddressBlock {
  const bracketed = host.startsWith("[");
  const [address = "", bits] = (bracketed ? host.slice(1, -1) : host).split("/");
  if (bracketed || bits !== undefined) return readBlock(bracketed ? `[${address}]` : address, bits, text);
  if (host.startsWith("*.")) return `*${readName(host.slice(1), text)}`;
  const single = addressOf(hostnameOf(host) ?? "");
  return single ? readBlock(host, undefined, text) : readName(host, text);
}

function readBlock(literal: string, bits: string | undefined, text: string): AddressBlock {
  const hostname = hostnameOf(literal);
  const address = hostname === null ? null : addressOf(hostname);
  const written = literal.startsWith("[") || hostname === literal;
  const length = address?.kind() === "ipv4" ? 32 : 128;
  if (address === null || !written || Number(bits ?? 0) > length) {
    throw new EgressRuleError(
      `"${text}" is not an address or block of addresses.`,
      'Write it like "10.1.2.3", "10.0.0.0/8", "[fd00::1]" or "[fd00::/8]".',
    );
  }
  const block = blockOf(address, Number(bits ?? length));
  if (block === null) {
    throw new EgressRuleError(
      `"${text}" holds addresses of several kinds, private and public ones for example.`,
      "List smaller blocks.",
    );
  }
  return block;
}

/** Checks a name, or with a leading dot the part of a name that follows a star. */
function readName(name: string, text: string): string {
  const hostname = hostnameOf(name.startsWith(".") ? `star${name}` : name);
  const labels = name.replace(/^\./, "").split(".");
  if (name.includes("*") || labels.includes("")) {
    throw new EgressRuleError(
      `"${text}" is not a host: a star may only stand for the whole first label, and no label may be empty.`,
      'Write it like "*.example.com", or list each host.',
    );
  }
  if (name.startsWith(".") && labels.length < 2) {
    throw new EgressRuleError(
      `"${text}" would allow a whole top-level domain.`,
      `Write "*.example.${labels[0]}".`,
    );
  }
  if (hostname === null || !hostname.endsWith(name)) {
    throw new EgressRuleError(
      `"${text}" is not a host name as it goes over the wire.`,
      hostname ? `Write "${hostname}".` : "Write letters, digits and hyphens, with dots between labels.",
    );
  }
  return name;
}

function hostnameOf(host: string): string | null {
  return URL.parse(`http://${host}/`)?.hostname ?? null;
}
