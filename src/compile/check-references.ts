import { reportSource } from "../connections/report-source.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import type { References, TargetServerReference } from "../policies/references.ts";
import type { ResourceFile, ResourceReference } from "../policies/resources.ts";
import type { CompileContext } from "./compile-context.ts";
import type { CompileEnvironment } from "./compile-environment.ts";

/**
 * Checks that what a policy or target endpoint refers to is there. Reports TargetServerMissing,
 * TargetServerNotGrpc, NoResourceForURL (or what the policy calls it), and what keeps flows from a source.
 * @returns whether it can be built
 */
export function checkReferences(
  { targetServers = [], sources = [], resources = [] }: References,
  compile: CompileContext,
  report: Report = compile.report,
): boolean {
  const { environment } = compile;
  const before = report.errorCount;
  const found = targetServers.filter((reference) => checkTargetServer(reference, environment, report));
  for (const source of sources) reportSource(source, environment.capabilities.sources, report);
  for (const resource of resources) checkResource(resource, compile, report);
  return found.length === targetServers.length && report.errorCount === before;
}

/** The file that a policy names: the bundle's own, or else that of the environment. */
export function findResource(
  { key }: ResourceReference,
  { bundle, environment }: Pick<CompileContext, "bundle" | "environment">,
): ResourceFile | undefined {
  return bundle.resources.get(key) ?? environment.resources.files.get(key);
}

/** The files of a type by URL; those of the bundle before those of the environment. */
export function resourcesOfType(
  type: string,
  { bundle, environment }: Pick<CompileContext, "bundle" | "environment">,
): ReadonlyMap<string, ResourceFile> {
  const all = [...environment.resources.files, ...bundle.resources];
  return new Map(
    all.flatMap(([key, file]) =>
      key.startsWith(`${type}/`) ? [[key.replace("/", "://"), file] as const] : [],
    ),
  );
}

function checkResource(reference: ResourceReference, compile: CompileContext, report: Report): void {
  if (findResource(reference, compile)) return;
  const { key, url, at, missing } = reference;
  const { bundle, environment } = compile;
  const urls = [...bundle.resources.keys(), ...environment.resources.files.keys()].map((known) =>
    known.replace("/", "://"),
  );
  report.error(
    missing,
    at,
    `The bundle has no resources/${key}, and neither has the environment (environments/${environment.name}/).`,
    didYouMean(url, urls, `add the file, or correct ${url}.`),
  );
}

/** @returns whether it is there and can be called */
function checkTargetServer(
  { name, protocol, at }: TargetServerReference,
  { name: environment, capabilities, remedyForMissing = didYouMeanServer(capabilities) }: CompileEnvironment,
  report: Report,
): boolean {
  const server = capabilities.targetServers.get(name);
  const file = `environments/${environment}/targetservers.json`;
  const isGrpc = protocol === "GRPC";
  if (server === undefined) {
    const otherwise = isGrpc
      ? `add it to ${file} with the protocol GRPC, or give sortie dev --target-server ${name}=grpc://HOST:PORT.`
      : `add it to ${file}, or give sortie dev --target-server ${name}=URL.`;
    const remedy = remedyForMissing("targetservers", name, otherwise);
    if (remedy === null) return false;
    const message = `There is no target server ${name} in the environment ${environment}.`;
    report.error("TargetServerMissing", at, message, remedy);
    return false;
  }
  if (!isGrpc || server.protocol === "GRPC") return true;
  report.error(
    "TargetServerNotGrpc",
    at,
    `The target server ${name} has the protocol ${server.protocol}, and an ExternalCallout calls gRPC servers only.`,
    `Set its protocol to GRPC in ${file}, or give sortie dev --target-server ${name}=grpc://HOST:PORT.`,
  );
  return false;
}

function didYouMeanServer({ targetServers }: CompileEnvironment["capabilities"]) {
  return (_kind: string, name: string, otherwise: string) =>
    didYouMean(name, targetServers.keys(), otherwise);
}
