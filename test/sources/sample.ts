import type { Source, SourceDomain, SourceEgressPolicy } from "../../src/sources/source.ts";

/** A source that every function may use: one HTTPS connection to `api.example.com`. */
export function sourceWith(changes: Partial<Source> = {}): Source {
  return {
    apiName: "Shipping",
    type: "rest",
    domains: [domain()],
    additionalSecrets: [],
    outboundApplication: null,
    clientCertificateBinding: null,
    bridge: null,
    egressPolicies: [egressPolicy("api.example.com")],
    exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true },
    codeImportEnabled: true,
    ...changes,
  };
}

export function domain(changes: Partial<SourceDomain> = {}): SourceDomain {
  return { scheme: "HTTPS", host: "api.example.com", port: null, auth: { type: "none" }, ...changes };
}

/** An active policy for one port, or from one to another. */
export function egressPolicy(
  address: string,
  ports: number | [first: number, last: number] = 443,
  state: SourceEgressPolicy["state"] = "active",
): SourceEgressPolicy {
  const [first, last] = typeof ports === "number" ? [ports, ports] : ports;
  return { address, ports: { first, last }, state };
}
