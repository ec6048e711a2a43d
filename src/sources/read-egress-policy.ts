import { getPublicSuffix } from "tldts";
import { EgressRuleError } from "../egress/rule.ts";
import type { SourceFile } from "./file-schema.ts";
import { readAddress } from "./read-host.ts";
import type { SourceEgressPolicy } from "./source.ts";

/**
 * An egress policy as it is written. Throws {@link EgressRuleError} for what no policy may be for. The list of
 * public suffixes is large: this is for deployment, not for the Worker. Foundry: "Configure egress".
 */
export function readEgressPolicy({
  address,
  port,
  state,
}: NonNullable<SourceFile["worker"]>["networkEgressPolicies"][number]): SourceEgressPolicy {
  const host = readAddress(address);
  const ports = readPorts(port);
  if (typeof host === "string") checkName(host, address);
  if (typeof host === "string" && ports.first !== ports.last) {
    throw new EgressRuleError(
      `The policy for "${address}" is for the ports ${port}, and one for a name is for a single port.`,
      "Write a policy for each port.",
    );
  }
  return { address: address.toLowerCase(), ports, state };
}

/** A wildcard must not span what different people may register: `*.co.uk`, `*.github.io`. */
function checkName(host: string, text: string): void {
  if (!host.startsWith("*.")) return;
  const parent = host.slice(2);
  if (getPublicSuffix(parent, { allowPrivateDomains: true }) !== parent) return;
  throw new EgressRuleError(
    `"${text}" would allow every host below ${parent}, which is a public suffix.`,
    `Write "*.yours.${parent}", or the hosts themselves.`,
  );
}

function readPorts(port: number | string): SourceEgressPolicy["ports"] {
  if (typeof port === "number") return { first: port, last: port };
  const [first = 0, last = 0] = port.split("-").map(Number);
  if (first >= 1 && first < last && last <= 65535) return { first, last };
  throw new EgressRuleError(
    `"${port}" is no range of ports.`,
    "Write it like 8000-8100, from 1 to 65535, the smaller one first.",
  );
}
