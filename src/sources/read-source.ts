import type { ValueProblem } from "../documents/checked-value.ts";
import type { ValuePath } from "../documents/known-fields.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import { type CheckedYaml, readYaml } from "../documents/yaml-schema.ts";
import { isThisMachine } from "../egress/ip.ts";
import { EgressRuleError } from "../egress/rule.ts";
import { checkServerCertificates } from "./certificates.ts";
import { originOf } from "./connection.ts";
import { type SourceFile, sourceFileSchema } from "./file-schema.ts";
import { readBridge } from "./read-bridge.ts";
import { readEgressPolicy } from "./read-egress-policy.ts";
import { readBoundHost, readSingleHost } from "./read-host.ts";
import type { Source, SourceDomain } from "./source.ts";

/** What a source may refer to outside of its file. */
export interface SourceContext {
  /** The names of the outbound applications that there are. */
  readonly outboundApplications: Iterable<string>;
  /** The certificates of the public authorities, in PEM. */
  readonly publicRoots: readonly string[];
}

/** A source's file and what is to be deployed of it. */
export interface ReadSource {
  readonly source: Source;
  readonly file: CheckedYaml<SourceFile>;
}

/** The `rest` configuration, or the little that is known of another one. */
type Configuration = SourceFile["configuration"];
type RestConfiguration = Extract<Configuration, { domains: unknown }>;

/**
 * Reads `sources/NAME.yaml` and reports everything that is wrong with it; null when its shape is wrong. Foundry:
 * "Set up a source", "REST APIs".
 *
 * Problems: InvalidYAML, InvalidValue, UnknownField, PlaintextSecret, InvalidHost, DuplicateDomain,
 * CredentialsInTheClear, UnknownOutboundApplication, OutboundApplicationNotUsed, InvalidEgressPolicy, DuplicateSecret, and those of
 * {@link checkServerCertificates} and {@link readBridge}.
 */
export function readSource(
  path: string,
  bytes: Uint8Array,
  context: SourceContext,
  report: Report,
): ReadSource | null {
  const file = readYaml(path, bytes, sourceFileSchema, report, plaintextSecret);
  if (!file) return null;
  const { apiName, configuration, worker, exportSettings, codeImport } = file.value;
  const rest = restOf(configuration);
  const check = new SourceCheck(file, report);
  // Bridges have certificates of their own.
  if (rest && !worker.bridge) check.certificates(rest, context);
  return {
    file,
    source: {
      apiName,
      type: configuration.type,
      domains: rest ? check.domains(rest) : [],
      additionalSecrets: check.secrets(configuration),
      outboundApplication: rest ? check.outboundApplication(rest, context) : null,
      clientCertificateBinding: rest?.clientCertificate?.binding ?? null,
      egressPolicies: check.egressPolicies(worker.networkEgressPolicies),
      bridge: readBridge(file.value, ({ severity, code, at, message, remedy }) =>
        report[severity](code, file.at(at), message, remedy),
      ),
      exportSettings,
      codeImportEnabled: codeImport.enabled,
    },
  };
}

function restOf(configuration: Configuration): RestConfiguration | null {
  return "domains" in configuration ? configuration : null;
}

/** Secrets are no part of a file that is shared, shown and deployed. */
function plaintextSecret(value: unknown): ValueProblem | null {
  if (value === null || typeof value !== "object" || !("type" in value)) return null;
  if (value.type !== "asPlaintextValue" && value.type !== "asSecretsWithPlaintextValues") return null;
  return {
    code: "PlaintextSecret",
    message: "The value of a secret must not stand in the file.",
    remedy:
      value.type === "asPlaintextValue"
        ? "Write { type: asSecretName, value: NAME } and set its value with: sortie secret set SOURCE NAME."
        : "Write { type: asSecretsNames, secretNames: [NAME] } and set each value with: sortie secret set SOURCE NAME.",
  };
}

/** Checks and turns the parts of a file into those of a source. What is wrong is reported and left out. */
class SourceCheck {
  readonly #file: CheckedYaml<SourceFile>;
  readonly #report: Report;

  constructor(file: CheckedYaml<SourceFile>, report: Report) {
    this.#file = file;
    this.#report = report;
  }

  domains({ domains }: RestConfiguration): SourceDomain[] {
    const origins = new Set<string>();
    return domains.flatMap(({ scheme, host: text, port = null, auth }, index) => {
      const at = ["configuration", "domains", index, "host"];
      const host = this.#orReported("InvalidHost", at, () => readSingleHost(text));
      if (host === null) return [];
      const domain = { scheme, host, port, auth: authOf(auth) };
      const origin = originOf(domain);
      if (origins.has(origin)) {
        this.#error("DuplicateDomain", at, `There is another domain ${origin}.`, "Take one of them out.");
      }
      origins.add(origin);
      if (scheme === "HTTP" && auth.type !== "none" && !isThisMachine(host)) {
        this.#report.warning(
          "CredentialsInTheClear",
          this.#file.at(at),
          `Calls to ${origin} send credentials that everybody on the way can read.`,
          "Set scheme to HTTPS.",
        );
      }
      return [domain];
    });
  }

  secrets({ additionalSecrets, hostBoundSecrets }: Configuration): Source["additionalSecrets"] {
    const names = new Set<string>();
    const plain = additionalSecrets.secretNames.flatMap((name, index) => {
      if (!names.has(name)) {
        names.add(name);
        return [{ name, hosts: null }];
      }
      const at = ["configuration", "additionalSecrets", "secretNames", index];
      this.#error("DuplicateSecret", at, `The secret ${name} is there twice.`, "Take one of them out.");
      return [];
    });
    const bound = Object.entries(hostBoundSecrets).map(([name, texts]) => {
      const at = ["configuration", "hostBoundSecrets", name];
      if (names.has(name)) {
        this.#error(
          "DuplicateSecret",
          at,
          `The secret ${name} is bound to hosts, and code may read it as well.`,
          "Take it out of additionalSecrets, so that code sees a placeholder, or out of hostBoundSecrets.",
        );
      }
      const hosts = texts.flatMap(
        (text, index) => this.#orReported("InvalidHost", [...at, index], () => readBoundHost(text)) ?? [],
      );
      return { name, hosts };
    });
    return [...plain, ...bound];
  }

  outboundApplication(configuration: RestConfiguration, context: SourceContext): string | null {
    const { domains, outboundApplication = null } = configuration;
    const at = ["configuration", "outboundApplication"];
    const user = domains.findIndex(({ auth }) => auth.type === "oauth2");
    if (outboundApplication === null) {
      if (user === -1) return null;
      this.#error(
        "UnknownOutboundApplication",
        ["configuration", "domains", user, "auth"],
        "The domain authenticates by OAuth 2.0, and the source names no outbound application.",
        "Set configuration.outboundApplication to the name of a file in outbound-applications/.",
      );
      return null;
    }
    const known = [...context.outboundApplications];
    if (!known.includes(outboundApplication)) {
      this.#error(
        "UnknownOutboundApplication",
        at,
        `There is no outbound application ${outboundApplication}.`,
        didYouMean(outboundApplication, known, "add it to outbound-applications/."),
      );
    } else if (user === -1) {
      this.#report.warning(
        "OutboundApplicationNotUsed",
        this.#file.atName(at),
        `The outbound application ${outboundApplication} is not used: no domain has the authentication oauth2.`,
        "Give the domain auth: { type: oauth2 }, or take the application out.",
      );
    }
    return outboundApplication;
  }

  egressPolicies(policies: SourceFile["worker"]["networkEgressPolicies"]): Source["egressPolicies"] {
    return policies.flatMap((policy, index) => {
      const at = ["worker", "networkEgressPolicies", index];
      return this.#orReported("InvalidEgressPolicy", at, () => readEgressPolicy(policy)) ?? [];
    });
  }

  certificates({ serverCertificates }: RestConfiguration, { publicRoots }: SourceContext): void {
    for (const problem of checkServerCertificates(serverCertificates, publicRoots)) {
      const { severity, alias, code, message, remedy } = problem;
      const at = this.#file.atName(["configuration", "serverCertificates", alias]);
      this.#report[severity](code, at, message, remedy);
    }
  }

  /** What `read` makes of a host; null when it is none, which is reported. */
  #orReported<T>(code: string, at: ValuePath, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      this.#error(code, at, error.problem, error.remedy);
      return null;
    }
  }

  #error(code: string, at: ValuePath, message: string, remedy: string): void {
    this.#report.error(code, this.#file.at(at), message, remedy);
  }
}

/** Authentication with the names of its secrets. */
function authOf(auth: RestConfiguration["domains"][number]["auth"]): SourceDomain["auth"] {
  switch (auth.type) {
    case "none":
    case "oauth2":
      return auth;
    case "basic":
      return { ...auth, password: auth.password.value };
    case "bearerToken":
      return { ...auth, bearerToken: auth.bearerToken.value };
    case "apiKey":
      return { ...auth, apiKey: auth.apiKey.value };
  }
}
