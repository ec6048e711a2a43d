import { checkSharedFlow, compileProxy } from "../bundle/compile.ts";
import type { CompileEnvironment } from "../bundle/compile-environment.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { FlowSources } from "../sources/flow-sources.ts";
import type { Problem, Report } from "../xml/report.ts";
import { checkFunctions } from "./check-functions.ts";
import { checkSourceAliases } from "./check-sources.ts";
import { inert } from "./inert.ts";
import { checkLocalCalls } from "./local-calls.ts";
import type { EnvironmentModel } from "./read-environment.ts";
import { checkServiceAccounts, serviceAccountOf } from "./service-accounts.ts";

/**
 * Everything that a deployment checks beyond reading the files: each bundle compiled as it would be to serve,
 * and names and base paths against each other. The same code runs before a request, so what passes here loads.
 * @param organization for the texts of problems that name a deployment as Apigee does
 */
export function checkEnvironment(model: EnvironmentModel, report: Report, organization = "local"): void {
  const environment = compileEnvironment(model, organization, report);
  for (const { bundle, folder } of model.bundles) {
    const ownReport = report.inFolder(folder);
    if (bundle.kind === "apiproxy") compileProxy(bundle, environment, ownReport);
    else checkSharedFlow(bundle, environment, ownReport);
  }
  checkNames(model, report);
  checkBasePaths(model, report);
  checkFlowHooks(model, report);
  checkServiceAccounts(model, report);
  checkSourceAliases(model, report);
  checkFunctions(model, report);
  checkLocalCalls(model, report);
}

/** Each problem once, in the order of files and lines. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** The environment to compile for. Nothing is called while checking, so nothing can be. */
function compileEnvironment(
  { name, bundles, settings, sources, outboundApplications, functions }: EnvironmentModel,
  organization: string,
  report: Report,
): CompileEnvironment {
  const sharedFlows = new Map(
    bundles.flatMap(({ bundle, folder }) =>
      bundle.kind === "sharedflow" ? [[bundle.name, { bundle, folder }] as const] : [],
    ),
  );
  return {
    organization,
    name,
    flowHooks: settings.flowHooks,
    sharedFlow: (flow) => sharedFlows.get(flow)?.bundle,
    reportOf: (flow) => report.inFolder(sharedFlows.get(flow)?.folder ?? ""),
    google: {
      serviceAccount: (kind, bundle) => serviceAccountOf(settings, kind, bundle),
      identity: inert,
    },
    capabilities: {
      egress: inert,
      targetServers: settings.targetServers,
      sources: new FlowSources({
        catalog: new SourceCatalog(sources, settings.sourceAliases, outboundApplications),
        environment: name,
        knowsCallers: settings.identity !== null,
        services: inert,
      }),
      proxies: inert,
      keyValueMaps: inert,
      scripts: inert,
      printer: inert,
      functions: {
        signature: (wanted) => functions.find(({ published }) => published.name === wanted)?.published,
        call: inert,
      },
    },
  };
}

function checkNames({ bundles }: EnvironmentModel, report: Report): void {
  const seen = new Map<string, string>();
  for (const { bundle, folder } of bundles) {
    const key = `${bundle.kind} ${bundle.name}`;
    const other = seen.get(key);
    if (other !== undefined) {
      report.error(
        "DuplicateBundle",
        { file: folder, line: 1, column: 1 },
        `${other} and ${folder} both hold the ${bundle.kind} ${bundle.name}.`,
        "Rename one of them or take it out.",
      );
    }
    seen.set(key, folder);
  }
}

/** Apigee: "API proxy configuration reference": a base path belongs to one proxy endpoint of an environment. */
function checkBasePaths({ bundles }: EnvironmentModel, report: Report): void {
  const seen = new Map<string, string>();
  for (const { bundle, folder } of bundles) {
    if (bundle.kind !== "apiproxy") continue;
    for (const { basePath, at } of bundle.proxyEndpoints) {
      const path = basePath.replace(/\/$/, "");
      const other = seen.get(path);
      if (other !== undefined && other !== bundle.name) {
        report
          .inFolder(folder)
          .error(
            "BasePathConflict",
            at,
            `The base path ${basePath} is already that of the proxy ${other}.`,
            "Give one of them another base path.",
          );
      }
      seen.set(path, bundle.name);
    }
  }
}

function checkFlowHooks({ name, bundles, settings }: EnvironmentModel, report: Report): void {
  for (const [hook, flow] of Object.entries(settings.flowHooks)) {
    if (
      flow === undefined ||
      bundles.some(({ bundle }) => bundle.kind === "sharedflow" && bundle.name === flow)
    )
      continue;
    report.error(
      "SharedFlowNotFound",
      { file: `environments/${name}/flowhooks.json`, line: 1, column: 1 },
      `The flow hook ${hook} names the shared flow ${flow}, which is not deployed.`,
      "Add the shared flow, or take it off the hook.",
    );
  }
}
