import { reportSource } from "../egress/report-source.ts";
import type { References, TargetServerReference } from "../policies/references.ts";
import { didYouMean } from "../xml/nearest.ts";
import type { Report } from "../xml/report.ts";
import type { CompileContext } from "./compile-context.ts";

/**
 * Checks that what a policy or target endpoint refers to is there. Reports TargetServerMissing,
 * TargetServerNotGrpc, and what keeps flows from a source.
 * @returns whether it can be built
 */
export function checkReferences(
  { targetServers = [], sources = [] }: References,
  { environment, report: bundleReport }: CompileContext,
  report: Report = bundleReport,
): boolean {
  const before = report.errorCount;
  for (const reference of targetServers) checkTargetServer(reference, environment, report);
  for (const source of sources) reportSource(source, environment.capabilities.sources, report);
  return report.errorCount === before;
}

function checkTargetServer(
  { name, protocol, at }: TargetServerReference,
  { name: environment, capabilities }: CompileContext["environment"],
  report: Report,
): void {
  const server = capabilities.targetServers.get(name);
  const file = `environments/${environment}/targetservers.json`;
  const known = capabilities.targetServers.keys();
  const isGrpc = protocol === "GRPC";
  if (server === undefined) {
    report.error(
      "TargetServerMissing",
      at,
      `There is no target server ${name} in the environment ${environment}.`,
      isGrpc
        ? didYouMean(
            name,
            known,
            `add it to ${file} with the protocol GRPC, or give sortie dev --target-server ${name}=grpc://HOST:PORT.`,
          )
        : didYouMean(name, known, `add it to ${file}, or give sortie dev --target-server ${name}=URL.`),
    );
  } else if (isGrpc && server.protocol !== "GRPC") {
    report.error(
      "TargetServerNotGrpc",
      at,
      `The target server ${name} has the protocol ${server.protocol}, and an ExternalCallout calls gRPC servers only.`,
      `Set its protocol to GRPC in ${file}, or give sortie dev --target-server ${name}=grpc://HOST:PORT.`,
    );
  }
}
