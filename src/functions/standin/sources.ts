/** Stands in for src/sources until it is merged. */
import type { OAuthCredentials } from "../../credentials/user-credentials.ts";
import type { EgressPolicy, Refusal } from "../../egress/policy.ts";
import type { Source } from "../../sources/source.ts";

export class SourceCatalog {
  readonly sources: readonly Source[];
  readonly aliases: Readonly<Record<string, string>>;
  constructor(sources: readonly Source[], aliases: Readonly<Record<string, string>>) {
    this.sources = sources;
    this.aliases = aliases;
  }
  find(name: string): Source | undefined {
    const apiName = this.aliases[name] ?? name;
    return this.sources.find((source) => source.apiName === apiName);
  }
}

export interface GateProblem {
  readonly code: string;
  readonly source: string;
  readonly message: string;
  readonly remedy: string;
}

export function checkGates(declared: readonly string[], catalog: SourceCatalog): GateProblem[] {
  return declared.flatMap((name) => {
    const source = catalog.find(name);
    const problem = (code: string, message: string) => [
      { code, source: name, message, remedy: "Correct it." },
    ];
    if (!source) return problem("SourceNotFound", `Source alias '${name}' not found.`);
    if (!source.codeImportEnabled) return problem("SourceNotImportable", `${name} may not be imported.`);
    if (source.egressPolicies.some(({ state }) => state !== "active"))
      return problem("EgressPolicyNotActive", "x");
    return [];
  });
}

export interface SourcePolicy extends EgressPolicy {
  allowsSocket(host: string, port: number): Refusal | null;
}

export function compileSourcePolicy(sources: readonly Source[]): SourcePolicy {
  const judge = (host: string, port: number): Refusal | null =>
    sources.some(({ egressPolicies }) =>
      egressPolicies.some(
        ({ address, ports }) => address === host && ports.first <= port && port <= ports.last,
      ),
    )
      ? null
      : { host, port, reason: `no egress policy covers ${host}:${port}`, rule: null, remedy: "Add one." };
  return {
    check(url) {
      const { hostname, port, protocol } = new URL(url);
      return judge(hostname, Number(port || (protocol === "https:" ? 443 : 80)));
    },
    allowsSocket: judge,
  };
}

export function authenticate(
  source: Source,
  request: { url: string; headers: Headers },
  secret: (name: string) => string | undefined,
  credentials: OAuthCredentials | null,
): { url: string; headers: Headers } {
  const auth = source.domains[0]?.auth;
  if (auth?.type === "bearerToken")
    request.headers.set("authorization", `Bearer ${secret(auth.bearerToken)}`);
  if (auth?.type === "oauth2" && credentials)
    request.headers.set("authorization", `Bearer ${credentials.accessToken}`);
  return request;
}
