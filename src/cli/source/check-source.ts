import { portOf } from "../../egress/egress-policy.ts";
import { connectionsOf, originOf } from "../../sources/connection.ts";
import type { Source } from "../../sources/source.ts";
import { compileSourcePolicy } from "../../sources/source-policy.ts";
import { checkDomain, type DomainReport } from "./check-domain.ts";
import { type Finding, finding } from "./finding.ts";
import type { Trust } from "./handshake.ts";

/** How a source is looked at. */
export interface CheckOptions {
  /** Where connections for some hosts go, by `host:port`. */
  readonly redirected: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
  readonly trust: Trust;
  /** How long a connection may take. */
  readonly timeoutMs: number;
  /** Whether the systems of a source with bridges are looked at, as its bridges would, and not the bridges. */
  readonly asBridge: boolean;
  readonly now: Date;
}

/** What was found out about a source. */
export interface SourceReport {
  readonly source: string;
  readonly domains: readonly DomainReport[];
}

/** Looks at everything that the calls of a source connect to. */
export async function checkSource(source: Source, options: CheckOptions): Promise<SourceReport> {
  const { apiName, bridge } = source;
  const policy = compileSourcePolicy([source]);
  const domains: DomainReport[] = [];
  for (const domain of connectionsOf(source)) {
    const origin = originOf(domain);
    const refusal = policy.check(origin);
    const refused = refusal ? [refusedFinding(origin, `${refusal.reason}. `, refusal.remedy)] : [];
    if (bridge !== null && !options.asBridge) {
      domains.push({ url: origin, findings: refused, connection: null, certificates: [] });
      continue;
    }
    const report = await checked(source, origin, bridge === null, options);
    domains.push({ ...report, findings: [...refused, ...report.findings] });
  }
  if (bridge !== null && !options.asBridge) {
    for (const address of bridge.addresses)
      domains.push(await checked(source, address, bridge.binding === null, options));
  }
  return { source: apiName, domains };
}

function checked(
  source: Source,
  origin: string,
  fromInternet: boolean,
  options: CheckOptions,
): Promise<DomainReport> {
  const { protocol, hostname, port: portText } = new URL(origin);
  const port = portOf(protocol, portText);
  const host = hostname.replace(/^\[|\]$/g, "");
  const to = options.redirected.get(`${hostname}:${port}`);
  return checkDomain({
    origin,
    endpoint: { host, port, to: to ?? { host, port }, timeoutMs: options.timeoutMs },
    isSecure: protocol === "https:",
    trust: options.trust,
    hasBinding: source.clientCertificateBinding !== null,
    fromInternet: fromInternet && to === undefined,
    now: options.now,
  });
}

function refusedFinding(origin: string, reason: string, remedy: string): Finding {
  const message = `The gateway does not call ${origin} (HTTP 407): ${reason}`.trim();
  return finding("EGRESS_REFUSED", message, remedy);
}
