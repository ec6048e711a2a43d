import ipaddr from "ipaddr.js";

/** An IPv4 or IPv6 address. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The addresses that share the first `bits` bits with `first`, as far as they are of the same kind. */
export interface AddressBlock {
  readonly first: Address;
  readonly bits: number;
  /** {@link kindOf} every address in it. */
  readonly kind: string | null;
}

/** Where clouds hand credentials to their machines. */
const metadata = new Set([
  "169.254.169.254",
  "168.63.129.16",
  "100.100.100.200",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

/** Readable names for the kinds that the library abbreviates. */
const kinds: ReadonlyMap<string, string> = new Map([
  ["linkLocal", "link-local"],
  ["uniqueLocal", "unique local"],
  ["carrierGradeNat", "carrier-grade NAT"],
  ["ipv4Mapped", "IPv4-mapped"],
  ["rfc6052", "NAT64"],
  ["rfc6145", "IPv4-translated"],
]);

/** Kinds of IPv6 addresses that stand for IPv4 addresses, which may be private themselves. */
const embeddingIpv4 = new Set(["IPv4-mapped", "IPv4-translated", "NAT64", "6to4", "teredo"]);

/**
 * The address in a URL's hostname (`10.1.2.3`, `[fd00::1]`), or null when that is a name. URL parsing has
 * already turned every other spelling of an address into this one.
 */
export function addressOf(hostname: string): Address | null {
  if (hostname.startsWith("[")) return ipaddr.IPv6.parse(hostname.slice(1, -1));
  return ipaddr.IPv4.isValidFourPartDecimal(hostname) ? ipaddr.IPv4.parse(hostname) : null;
}

/** What an address is for, such as `private` or `loopback`; null for the public internet. */
export function kindOf(address: Address): string | null {
  const range = address.range();
  if (metadata.has(address.toString())) return "cloud metadata";
  return range === "unicast" ? null : (kinds.get(range) ?? range);
}

/** Whether a URL's hostname is this machine, by name or by address. */
export function isThisMachine(hostname: string): boolean {
  const address = addressOf(hostname);
  return hostname === "localhost" || (address !== null && kindOf(address) === "loopback");
}

/**
 * A block of addresses, or null when its first and last address are not of one kind or when it would hold
 * many IPv4 addresses in disguise. What is of another kind in the middle does not belong to it.
 */
export function blockOf(first: Address, bits: number): AddressBlock | null {
  const bytes = first.toByteArray();
  const last = ipaddr.fromByteArray(bytes.map((byte, index) => byte | (0xff >> clamp(bits - 8 * index))));
  const base = ipaddr.fromByteArray(bytes.map((byte, index) => byte & ~(0xff >> clamp(bits - 8 * index))));
  const kind = kindOf(base);
  if (kind !== kindOf(last) || (kind !== null && embeddingIpv4.has(kind) && bits < 128)) return null;
  return { first: base, bits, kind };
}

/** Whether an address belongs to a block. */
export function contains({ first, bits, kind }: AddressBlock, address: Address): boolean {
  return first.kind() === address.kind() && address.match(first, bits) && kindOf(address) === kind;
}

function clamp(bits: number): number {
  return Math.min(8, Math.max(0, bits));
}
