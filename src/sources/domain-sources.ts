import type { Secrets } from "../credentials/secrets/store.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { NamedSource, SourceProblem } from "../egress/named-source.ts";
import { connectionsOf, originOf } from "./connection.ts";
import { type FlowSourcesOptions, sourceProblems } from "./flow-sources.ts";
import { uncovered } from "./gates.ts";
import { secretGoesTo } from "./placeholders.ts";
import type { Source, SourceDomain } from "./source.ts";
import { SourceCalls } from "./source-calls.ts";

/** One domain of a source, for calls that name it. */
export interface DomainSource extends NamedSource {
  /** The names of the additional secrets that a call to it may carry. */
  readonly secretNames: readonly string[];
  /** Their values, by name, as far as they are set. Rejects with `SecretError` when they cannot be read. */
  secrets(context: TokenContext): Promise<Secrets>;
}

/** Why a domain cannot be had: what is wrong, and what to do. */
export class DomainError extends Error {
  readonly code: "UnknownDomain" | "DomainMissing";
  readonly remedy: string;

  constructor(code: DomainError["code"], message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** The sources of an environment domain by domain: what code may not call, webhooks may. Foundry: "REST API source". */
export class DomainSources {
  readonly #options: FlowSourcesOptions;

  constructor(options: FlowSourcesOptions) {
    this.#options = options;
  }

  /** What keeps webhooks from a source; empty when nothing does. */
  problems(name: string): readonly SourceProblem[] {
    const problems = sourceProblems(name, this.#options);
    const source = this.#options.catalog.find(name);
    const [, ...others] = source ? connectionsOf(source) : [];
    if (!source || others.length === 0) return problems;
    const open = others.flatMap((domain) => uncovered(source, name, domain) ?? []);
    return [
      ...problems.filter(({ code }) => code !== "NoSingleConnection"),
      ...open.map((problem) => ({ ...problem, severity: "error" as const })),
    ];
  }

  /** The API name of a source by that or by an alias. */
  apiName(name: string): string | undefined {
    return this.#options.catalog.find(name)?.apiName;
  }

  /**
   * A domain of a source that has no errors; the only one when none is named. With a warning it refuses all calls.
   * Throws {@link DomainError}.
   * @param domain its host, with the port where the source gives one
   */
  get(name: string, domain: string | null): DomainSource {
    const { catalog, environment, services } = this.#options;
    const source = catalog.find(name);
    if (!source) throw new DomainError("UnknownDomain", `There is no source ${name}.`, "Add it to sources/.");
    const found = domainNamed(source, domain);
    const [shut = null] = this.problems(name);
    const calls = new SourceCalls(source, environment, shut, services, found);
    const secretNames = secretsFor(source, found);
    return {
      apiName: source.apiName,
      origin: calls.origin,
      owns: (url) => calls.owns(url),
      send: (...call) => calls.send(...call),
      secretNames,
      secrets: async (context) => services.secrets.read(environment, source.apiName, secretNames, context),
    };
  }
}

/** The domain that a name is for. Throws {@link DomainError}. */
export function domainNamed(source: Source, name: string | null): SourceDomain {
  const all = connectionsOf(source);
  const known = `There are: ${all.map(nameOf).join(", ")}.`;
  const found = all.filter((domain) => name === null || name === nameOf(domain) || name === domain.host);
  const [domain] = found;
  if (domain && found.length === 1) return domain;
  if (name === null) {
    throw new DomainError(
      "DomainMissing",
      `The source ${source.apiName} has several domains.`,
      `Name one. ${known}`,
    );
  }
  const message = domain
    ? `The source ${source.apiName} has several domains ${name}.`
    : `The source ${source.apiName} has no domain ${name}.`;
  throw new DomainError("UnknownDomain", message, domain ? `Name the port, too. ${known}` : known);
}

function nameOf({ host, port }: SourceDomain): string {
  return port === null ? host : `${host}:${port}`;
}

/** The names of the additional secrets that calls to a domain may carry: those that are bound to hosts only there. */
export function secretsFor({ additionalSecrets }: Source, domain: SourceDomain): string[] {
  return additionalSecrets.filter((secret) => secretGoesTo(secret, originOf(domain))).map(({ name }) => name);
}
