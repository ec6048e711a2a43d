import { didYouMean } from "../documents/nearest.ts";
import { portOf } from "../egress/egress-policy.ts";
import { compileRules } from "../egress/rule-set.ts";
import { type SourceCatalog, sourceNotFound } from "./catalog.ts";
import { connectionsOf, originOf, SINGLE_CONNECTION } from "./connection.ts";
import type { Source, SourceDomain, SourceEgressPolicy } from "./source.ts";
import { ruleOf } from "./source-policy.ts";

/** How many sources one function may declare. */
const MAX_SOURCES = 10;

/** How many egress policies for anything but the ports 80 and 443 the sources of one function may carry. */
const MAX_TCP_POLICIES = 50;

/** What keeps a function from a source, in the order in which it is asked. */
export type GateCode =
  | "SourceNotFound"
  | "SourceNotImportable"
  | "ExportsNotEnabled"
  | "NoSingleConnection"
  | "NoEgressPolicy"
  | "TooManySources"
  | "TooManyEgressPolicies"
  | "EgressPolicyNotActive"
  | "AuthenticationNotResolved"
  | "OutboundApplicationDisabled";

/** Gates that somebody shuts for a while: a deployment must be able to bring that about. */
export const TEMPORARY_GATES: ReadonlySet<GateCode> = new Set([
  "EgressPolicyNotActive",
  "OutboundApplicationDisabled",
]);

/** One gate that is shut. */
export interface GateProblem {
  readonly code: GateCode;
  /** As it is declared; null when it is about all of them together. */
  readonly source: string | null;
  readonly message: string;
  readonly remedy: string;
}

/** A gate: what it finds wrong with one source. `name` is what the source is declared as. */
type Gate = (source: Source, name: string, catalog: SourceCatalog) => GateProblem | null;

/**
 * Every gate that is shut between a function and the sources that it declares; empty when it may start. Foundry:
 * "Make API calls from functions" (Configure access to external APIs), "Configure egress".
 *
 * @param declared aliases or API names
 */
export function checkGates(declared: readonly string[], catalog: SourceCatalog): GateProblem[] {
  const names = [...new Set(declared)];
  const found = names.flatMap((name) => {
    const source = catalog.find(name);
    return source ? [{ name, source }] : [];
  });
  const problemsAt = (gates: readonly Gate[]) =>
    gates.flatMap((gate) => found.flatMap(({ name, source }) => gate(source, name, catalog) ?? []));
  return [
    ...names.filter((name) => !catalog.find(name)).map((name) => notFound(name, catalog)),
    ...problemsAt([importable, exportsEnabled, singleConnection, covered]),
    ...withinLimits(new Set(found.map(({ source }) => source)), names.length - found.length),
    ...problemsAt([policiesActive, authenticationResolved]),
  ];
}

function notFound(name: string, catalog: SourceCatalog): GateProblem {
  return {
    code: "SourceNotFound",
    source: name,
    message: sourceNotFound(name, catalog.names()),
    remedy: didYouMean(
      name,
      catalog.names(),
      "add the source to sources/, or an alias for it to the environment's aliases.json.",
    ),
  };
}

/** Without an API name, which every source has here, nothing could name it. */
function importable({ codeImportEnabled }: Source, name: string): GateProblem | null {
  if (codeImportEnabled) return null;
  return {
    code: "SourceNotImportable",
    source: name,
    message: `The source ${name} may not be imported into code.`,
    remedy: "Set codeImport.enabled to true on the source.",
  };
}

function exportsEnabled({ exportSettings }: Source, name: string): GateProblem | null {
  const { exportsEnabled, exportEnabledWithoutMarkingsValidation } = exportSettings;
  if (exportsEnabled && exportEnabledWithoutMarkingsValidation) return null;
  const message = exportsEnabled
    ? `Exports to the source ${name} are enabled with marking validation, which functions cannot do.`
    : `Exports to the source ${name} are not enabled.`;
  return {
    code: "ExportsNotEnabled",
    source: name,
    message,
    remedy:
      "Set exportSettings.exportsEnabled and exportSettings.exportEnabledWithoutMarkingsValidation to true on the source.",
  };
}

/** A source of another type has no connection, and code reads nothing but its secrets. */
function singleConnection(source: Source, name: string): GateProblem | null {
  const { length } = connectionsOf(source);
  if (source.type !== "rest" || length === 1) return null;
  return {
    code: "NoSingleConnection",
    source: name,
    message: `${SINGLE_CONNECTION} The source ${name} has ${length} domains.`,
    remedy: "Make a source of its own for each domain, and declare the one that the function calls.",
  };
}

function covered(source: Source, name: string): GateProblem | null {
  const [domain] = connectionsOf(source);
  return domain ? uncovered(source, name, domain) : null;
}

/** A domain that no egress policy covers. Whether the policies that do are active is asked later. */
export function uncovered(source: Source, name: string, domain: SourceDomain): GateProblem | null {
  const { hostname, port: given, protocol } = new URL(originOf(domain));
  const port = portOf(protocol, given);
  if (compileRules(source.egressPolicies.map(ruleOf)).allows(hostname, port, null)) return null;
  return {
    code: "NoEgressPolicy",
    source: name,
    message: `No egress policy of the source ${name} covers ${hostname}:${port}.`,
    remedy: `Add { address: ${hostname}, port: ${port} } to worker.networkEgressPolicies of the source.`,
  };
}

/** @param unknown how many more are declared that nobody knows */
function withinLimits(sources: ReadonlySet<Source>, unknown: number): GateProblem[] {
  const problems: GateProblem[] = [];
  const count = sources.size + unknown;
  if (count > MAX_SOURCES) {
    problems.push({
      code: "TooManySources",
      source: null,
      message: `A function may declare ${MAX_SOURCES} sources, and this one declares ${count}.`,
      remedy: "Divide the function into several.",
    });
  }
  const tcpPolicies = [...sources].flatMap(({ egressPolicies }) => egressPolicies.filter(isTcp)).length;
  if (tcpPolicies > MAX_TCP_POLICIES) {
    problems.push({
      code: "TooManyEgressPolicies",
      source: null,
      message: `The sources of a function may carry ${MAX_TCP_POLICIES} egress policies for other ports than 80 and 443, and these carry ${tcpPolicies}.`,
      remedy:
        "Join policies to blocks of addresses and ranges of ports, or divide the function into several.",
    });
  }
  return problems;
}

function isTcp({ ports: { first, last } }: SourceEgressPolicy): boolean {
  return first !== last || (first !== 80 && first !== 443);
}

function policiesActive({ egressPolicies }: Source, name: string): GateProblem | null {
  const inactive = egressPolicies.filter(({ state }) => state !== "active");
  if (inactive.length === 0) return null;
  const list = inactive.map((policy) => `${destinationOf(policy)} (${policy.state})`).join(", ");
  return {
    code: "EgressPolicyNotActive",
    source: name,
    message: `Every egress policy of the source ${name} must be active, and these are not: ${list}.`,
    remedy: "Set their state to active, or take them off the source.",
  };
}

function destinationOf({ address, ports: { first, last } }: SourceEgressPolicy): string {
  return `${address}:${first === last ? first : `${first}-${last}`}`;
}

function authenticationResolved(source: Source, name: string, catalog: SourceCatalog): GateProblem | null {
  if (connectionsOf(source).every(({ auth }) => auth.type !== "oauth2")) return null;
  const { outboundApplication } = source;
  const application = outboundApplication === null ? undefined : catalog.application(outboundApplication);
  if (!application) {
    return {
      code: "AuthenticationNotResolved",
      source: name,
      message:
        outboundApplication === null
          ? `The source ${name} authenticates by OAuth 2.0 and names no outbound application.`
          : `The source ${name} uses the outbound application ${outboundApplication}, which does not exist.`,
      remedy: "Set configuration.outboundApplication to the name of a file in outbound-applications/.",
    };
  }
  if (application.enabled) return null;
  return {
    code: "OutboundApplicationDisabled",
    source: name,
    message: `The source ${name} uses the outbound application ${application.name}, which is disabled.`,
    remedy: "Enable the outbound application.",
  };
}
