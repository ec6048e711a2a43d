import { X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates } from "node:tls";
import { type Command, InvalidArgumentError } from "commander";
import { Report } from "../../documents/report.ts";
import { readEnvironment } from "../../environment/read-environment.ts";
import { SourceCatalog } from "../../sources/catalog.ts";
import { SourceError } from "../../sources/error.ts";
import type { Source } from "../../sources/source.ts";
import type { Identity } from "../bridge/start-bridge.ts";
import { readPaths } from "../check/environment-folder.ts";
import { CommandFailure } from "../command-failure.ts";
import { type HostConnection, parseConnection } from "../dev/dev-options.ts";
import { readPem } from "../read-pem.ts";
import { checkSource } from "./check-source.ts";
import { formatReport, reportAsJson } from "./print.ts";

interface Options {
  readonly folder: string;
  readonly env?: string;
  readonly connectTo: readonly HostConnection[];
  readonly ca: readonly string[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly timeout: number;
  readonly json?: boolean;
}

/** `sortie source`: the systems that sources stand for. */
export function addSource(program: Command): void {
  const source = program.command("source").description("look at the systems that sources stand for");
  source
    .command("check")
    .description(
      "connect as the gateway would, send nothing, and say what is wrong: names, ports, TLS, certificates",
    )
    .argument("<name>", "the source's API name or alias")
    .option("--folder <path>", "the environment's folder", "policies")
    .option("--env <name>", "the environment (default: local, or the only one there is)")
    .option(
      "--connect-to <host=url>",
      "connect to another address in the place of a host; repeatable",
      (text: string, all: HostConnection[]) => [...all, parseConnection(text)],
      [],
    )
    .option(
      "--ca <file>",
      "trust these authorities (PEM), as a bridge would, and not the public ones",
      readAuthorities,
      [],
    )
    .option("--cert <file>", "client certificate to show (PEM)", readPem)
    .option("--key <file>", "its key (PEM)", readPem)
    .option("--timeout <seconds>", "how long a connection may take", parseSeconds, 10)
    .option("--json", "print {source, domains: [{url, findings, connection, certificates}]}")
    .addHelpText(
      "after",
      "\nThe exit status is 1 when there is an error. Of a source with bridges the bridges are looked at; with --ca or\n" +
        "--cert the systems behind them, from where this runs.",
    )
    .action(async (name: string, options: Options) => {
      const { cert, key, ca, timeout } = options;
      if ((cert === undefined) !== (key === undefined))
        throw new CommandFailure("--cert and --key belong together.");
      const identity = cert && key ? identityOf(cert, key) : null;
      const report = await checkSource(sourceOf(name, options), {
        redirected: redirectedBy(options.connectTo),
        trust: { authorities: ca.length > 0 ? ca : rootCertificates, identity },
        timeoutMs: timeout * 1000,
        asBridge: ca.length > 0 || identity !== null,
        now: new Date(),
      });
      process.stdout.write(
        options.json
          ? `${JSON.stringify(reportAsJson(report), null, 2)}\n`
          : formatReport(report, process.stdout),
      );
      const findings = report.domains.flatMap((domain) => domain.findings);
      if (findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
    });
}

function identityOf(cert: Buffer, key: Buffer): Identity {
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    throw new CommandFailure("--cert and --key do not belong together, or are none.", { cause });
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 600) return seconds;
  throw new InvalidArgumentError("Write a number of seconds, at most 600.");
}

/** What is wrong with files is for `sortie check` to say. */
function sourceOf(name: string, { folder, env }: Options): Source {
  const { files, names } = readPaths([folder]);
  const environment = env ?? (names.length === 1 ? names[0] : undefined) ?? "local";
  if (names.length > 0 && !names.includes(environment)) {
    throw new CommandFailure(
      env === undefined
        ? `Say which environment with --env: there is ${names.join(", ")}.`
        : `There is no environments/${env}; there is ${names.join(", ")}.`,
    );
  }
  const { sources, settings } = readEnvironment(files, environment, new Report(), rootCertificates);
  try {
    const source = new SourceCatalog(sources, settings.sourceAliases).get(name);
    if (source.domains.length > 0) return source;
    throw new CommandFailure(`The source ${name} has no domain to connect to.`);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new CommandFailure(`${error.message}. sortie check says what is wrong with the files.`);
  }
}

function redirectedBy(connections: readonly HostConnection[]) {
  return new Map(
    connections.flatMap(({ hosts, to }) => {
      const { hostname, port } = new URL(`tcp://${to.address}`);
      const place = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
      return hosts.map((host) => [host, place] as const);
    }),
  );
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function readAuthorities(path: string, others: readonly string[]): string[] {
  const pems = readPem(path).toString().match(CERTIFICATE) ?? [];
  try {
    for (const pem of pems) new X509Certificate(pem);
  } catch {
    throw new InvalidArgumentError(`${path} holds something else than certificates.`);
  }
  if (pems.length === 0) throw new InvalidArgumentError(`${path} holds no certificate in PEM.`);
  return [...others, ...pems];
}
