/**
 * IP literals as a URL's hostname shows them. WHATWG URL parsing has already turned every spelling (decimal,
 * octal, hexadecimal and short IPv4, `::` and mixed IPv6) into one, so this reads only that one.
 */

/** An address or a block of addresses: `bits` leading bits of `bytes` count. 4 bytes for IPv4, 16 for IPv6. */
export interface IpBlock {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** The address in a URL's hostname (`10.1.2.3`, `[fd00::1]`), or null when the hostname is a name. */
export function addressOf(hostname: string): IpBlock | null {
  if (hostname.startsWith("[")) return { bytes: ipv6Bytes(hostname.slice(1, -1)), bits: 128 };
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? { bytes: hostname.split(".").map(Number), bits: 32 } : null;
}

/** True when every address of `inner` belongs to `outer`. */
export function contains(outer: IpBlock, inner: IpBlock): boolean {
  if (outer.bytes.length !== inner.bytes.length || inner.bits < outer.bits) return false;
  return outer.bytes.every((byte, index) => {
    const ignored = Math.min(8, Math.max(0, 8 * (index + 1) - outer.bits));
    return byte >> ignored === (inner.bytes[index] ?? 0) >> ignored;
  });
}

/** A block that is not the public internet. */
export interface SpecialBlock extends IpBlock {
  readonly name: string;
  /** True when its addresses stand for IPv4 addresses, which may be private themselves. */
  readonly embedsIpv4: boolean;
}

/** The narrowest first where they overlap. */
const specialBlocks: readonly SpecialBlock[] = [
  ...blocks("cloud metadata", "169.254.169.254/32", "168.63.129.16/32", "100.100.100.200/32"),
  ...blocks("cloud metadata", "fd00:ec2::254/128", "fd20:ce::254/128"),
  ...blocks("loopback", "127.0.0.0/8", "::1/128"),
  ...blocks("link-local", "169.254.0.0/16", "fe80::/10"),
  ...blocks("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"),
  ...blocks("multicast", "224.0.0.0/4", "ff00::/8"),
  ...blocks("reserved", "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
  ...blocks("reserved", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "2001:db8::/32", "3fff::/20"),
  ...blocks("IPv4-mapped", "::ffff:0:0/96"),
  ...blocks("NAT64", "64:ff9b::/96", "64:ff9b:1::/48"),
  ...blocks("6to4 or Teredo", "2002::/16", "2001::/32"),
  // What is left outside 2000::/3 has no public use: the unspecified address, IPv4-compatible ones and more.
  ...blocks("reserved", "::/3", "4000::/2", "8000::/1"),
];

/** The narrowest non-public block that an address or block lies in, or null for the public internet. */
export function specialBlock(block: IpBlock): SpecialBlock | null {
  return specialBlocks.find((special) => contains(special, block)) ?? null;
}

function blocks(name: string, ...cidrs: readonly string[]): SpecialBlock[] {
  const embedsIpv4 = name === "IPv4-mapped" || name === "NAT64" || name === "6to4 or Teredo";
  return cidrs.map((cidr) => {
    const [text = "", bits] = cidr.split("/");
    const bytes = text.includes(":") ? ipv6Bytes(text) : text.split(".").map(Number);
    return { name, embedsIpv4, bytes, bits: Number(bits) };
  });
}

/** The 16 bytes of `fd00::1`: groups of hexadecimal digits, with at most one `::` for the groups that are 0. */
function ipv6Bytes(text: string): number[] {
  const [head = "", tail] = text.split("::");
  const groups = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 255]);
}
