import { checkSharedFlow, compileProxy } from "../bundle/compile.ts";
import type { CompileServices } from "../bundle/compile-services.ts";
import { noAudit } from "../egress/audit.ts";
import { Egress } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/policy.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { FlowSources } from "../sources/flow-sources.ts";
import type { Problem, Report } from "../xml/report.ts";
import { checkFunctions } from "./check-functions.ts";
import { checkSourceAliases } from "./check-sources.ts";
import { checkLocalCalls } from "./local-calls.ts";
import type { EnvironmentModel } from "./read-environment.ts";
import { checkServiceAccounts, serviceAccountOf } from "./service-accounts.ts";

/**
 * Everything that a deployment checks beyond reading the files: each bundle compiled as it would be to serve,
 * and names and base paths against each other. The same code runs before a request, so what passes here loads.
 * @param organization for the texts of problems that name a deployment as Apigee does
 */
export function checkEnvironment(model: EnvironmentModel, report: Report, organization = "local"): void {
  const services = servicesFor(model, organization, report);
  for (const { bundle, folder } of model.bundles) {
    const ownReport = report.inFolder(folder);
    if (bundle.kind === "apiproxy") compileProxy(bundle, services, ownReport);
    else checkSharedFlow(bundle, services, ownReport);
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

/** What compiling needs. Nothing is called while checking, so nothing is allowed. */
function servicesFor(
  { name, bundles, settings, sources, outboundApplications, functions }: EnvironmentModel,
  organization: string,
  report: Report,
): CompileServices {
  const sharedFlows = new Map(
    bundles.flatMap(({ bundle, folder }) =>
      bundle.kind === "sharedflow" ? [[bundle.name, { bundle, folder }] as const] : [],
    ),
  );
  const refuse = () => Promise.reject(new Error("nothing is called while checking"));
  const doors = { internet: { fetch: refuse }, connections: new Map(), log: () => {}, audit: noAudit };
  const egress = new Egress({ ...doors, policy: compileEgressPolicy({ allow: [], advice: "dev" }) });
  return {
    organization,
    environment: name,
    flowHooks: settings.flowHooks,
    sharedFlow: (flow) => sharedFlows.get(flow)?.bundle,
    reportOf: (flow) => report.inFolder(sharedFlows.get(flow)?.folder ?? ""),
    targetServer: (server) => settings.targetServers.get(server),
    sources: new FlowSources({
      catalog: new SourceCatalog(sources, settings.sourceAliases, outboundApplications),
      environment: name,
      knowsCallers: settings.identity !== null,
      services: { ...doors, secrets: { read: refuse }, bindings: {}, users: null },
    }),
    egress,
    scripts: { execute: refuse },
    print: () => {},
    google: {
      serviceAccount: (kind, bundle) => serviceAccountOf(settings, kind, bundle),
      identity: (account) => ({
        account,
        source: () => ({ get: refuse }),
      }),
    },
    function: (wanted) => functions.find(({ published }) => published.name === wanted)?.published,
    callFunction: refuse,
    callProxy: refuse,
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
