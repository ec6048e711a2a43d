import { lookup } from "node:dns";
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Address, AddressBlock } from "../../../egress/ip.ts";
import { addressOf, contains, kindOf } from "../../../egress/ip.ts";
import type { Identity } from "../start-bridge.ts";
import { Refusal } from "./refusal.ts";

/** A host and port that a bridge calls. */
export interface Destination {
  /** As URL parsing writes it: another spelling of the same host is none. */
  readonly origin: string;
  /** What its name may lead to; empty for public addresses. */
  readonly addresses: readonly AddressBlock[];
  /** Authorities of its certificate, in PEM; null are the public ones. */
  readonly authorities: readonly Buffer[] | null;
  /** Shown to it. */
  readonly identity: Identity | null;
}

/** Connections to one destination. */
export interface Connections {
  request(options: Pick<RequestOptions, "method" | "path" | "headers">): ClientRequest;
  close(): void;
}

/** @param most how many there may be, and how many of them are kept open without a call */
export function connectionsTo(
  { origin, addresses, authorities, identity }: Destination,
  most: { readonly core: number; readonly max: number },
): Connections {
  const { protocol, hostname, port } = new URL(origin);
  const isSecure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const keeping = { keepAlive: true, maxSockets: most.max, maxFreeSockets: most.core };
  const agent = isSecure
    ? new HttpsAgent({
        ...keeping,
        ...(authorities && { ca: [...authorities] }),
        ...identity,
        minVersion: "TLSv1.2",
        // Whatever the environment of the process says.
        rejectUnauthorized: true,
        ...(isIP(host) === 0 && { servername: host }),
      })
    : new HttpAgent(keeping);
  const fixed = { agent, host, port: port || (isSecure ? 443 : 80), lookup: guardedLookup(addresses) };
  const send = isSecure ? httpsRequest : httpRequest;
  return {
    request: (options) => send({ ...fixed, ...options, setHost: false }),
    close: () => agent.destroy(),
  };
}

/**
 * Resolves names as the machine does, to addresses that may be called and no others: what is looked at is what is
 * connected to.
 */
export function guardedLookup(blocks: readonly AddressBlock[], resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const allowed = found.filter(({ address }) => isAllowed(address, blocks));
      const [first] = allowed;
      if (!first) {
        const list = found.map(({ address }) => address).join(", ");
        const message = `${hostname} leads to an address that the file of this bridge does not allow.`;
        const detail = `It is ${list}. Name the addresses in addresses of the destination.`;
        return callback(new Refusal("destination", message, null, detail), "");
      }
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function isAllowed(text: string, blocks: readonly AddressBlock[]): boolean {
  const address = parsed(text);
  if (address === null) return false;
  return blocks.length === 0 ? kindOf(address) === null : blocks.some((block) => contains(block, address));
}

/** Null for one that belongs to a network card of this machine (`fe80::1%eth0`). */
function parsed(text: string): Address | null {
  return text.includes("%") ? null : addressOf(text.includes(":") ? `[${text}]` : text);
}
