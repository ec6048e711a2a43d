import { checkSharedFlow, compileProxy } from "../compile/compile.ts";
import type { CompileEnvironment } from "../compile/compile-environment.ts";
import type { Problem, Report } from "../documents/report.ts";
import { specifications } from "../documents/specifications.ts";
import { EnvironmentAnalytics } from "../egress/analytics/analytics.ts";
import { readScript } from "../scripts/syntax/read-script.ts";
import { publishedSignature } from "../webhooks/published.ts";
import { namesOf } from "./bundle-names.ts";
import { checkActions } from "./check-action-types.ts";
import { checkClients } from "./check-clients.ts";
import { checkFunctions } from "./check-functions.ts";
import { checkedSources, checkSourceAliases } from "./check-sources.ts";
import { checkWebhooks } from "./check-webhooks.ts";
import { inert, inertBut } from "./inert.ts";
import { checkInitialEntries } from "./initial-entries.ts";
import { checkLocalCalls } from "./local-calls.ts";
import { namesIn, remediesFor } from "./missing-parts.ts";
import type { EnvironmentModel } from "./read-environment.ts";
import { checkServiceAccounts, serviceAccountOf } from "./service-accounts.ts";
import { flowHooks, hookPoints } from "./settings.ts";

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
  checkWebhooks(model, report);
  checkActions(model, report);
  checkLocalCalls(model, report);
  checkInitialEntries(model.bundles, report);
  checkClients(model, report);
}

/** Each problem once, in the order of files and lines. That a property has no effect is said of the first one alone. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const sorted = [...unique.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
  const said = new Set<string>();
  return sorted.filter(({ code, message }) => {
    if (code !== "PropertyWithoutEffect" || !said.has(message)) {
      said.add(message);
      return true;
    }
    return false;
  });
}

/** The environment to compile for. Nothing is called while checking, so nothing can be. */
function compileEnvironment(
  model: EnvironmentModel,
  organization: string,
  report: Report,
): CompileEnvironment {
  const { name, bundles, settings, resources, functions, webhooks } = model;
  const sharedFlows = new Map(
    bundles.flatMap(({ bundle, folder }) =>
      bundle.kind === "sharedflow"
        ? namesOf({ bundle, folder }).map((known) => [known, { bundle, folder }] as const)
        : [],
    ),
  );
  const remedyForMissing = remediesFor(model);
  const { dataCollectors } = settings.analytics;
  return {
    organization,
    name,
    flowHooks: settings.flowHooks,
    sharedFlow: (flow) => sharedFlows.get(flow)?.bundle,
    reportOf: (flow) => report.inFolder(sharedFlows.get(flow)?.folder ?? ""),
    remedyForMissing,
    resources,
    scripts: { read: readScript },
    google: {
      serviceAccount(kind, wanted) {
        const entry = bundles.find(({ bundle }) => bundle.kind === kind && bundle.name === wanted);
        const account = entry ? serviceAccountOf(settings, entry) : null;
        // Whether there is one is not known while the file that says so cannot be read.
        return account ?? (settings.wrongFiles.has("deployments.json") ? "" : null);
      },
      identity: inert,
    },
    capabilities: inertBut<CompileEnvironment["capabilities"]>({
      specifications,
      targetServers: settings.targetServers,
      sources: checkedSources(model, report),
      analytics: new EnvironmentAnalytics({ dataCollectors, destination: "none" }, name, inert),
      keyValueMaps: {
        arePrivate: settings.stores.keyValueMaps.private,
        get: inert,
        put: inert,
        delete: inert,
      },
      functions: {
        remedyForMissing: (wanted) =>
          remedyForMissing("functions", wanted, `add functions/${wanted}/ to the environment.`),
        signature: (wanted) =>
          functions.find(({ published }) => published.name === wanted)?.published ??
          webhooks.map(({ webhook }) => publishedSignature(webhook)).find((each) => each?.name === wanted) ??
          undefined,
        call: inert,
      },
    }),
  };
}

const KINDS = { apiproxy: "proxy", sharedflow: "shared flow" } as const;
const ROOTS = { apiproxy: "<APIProxy>", sharedflow: "<SharedFlowBundle>" } as const;

function checkNames({ bundles }: EnvironmentModel, report: Report): void {
  const seen = new Map<string, string>();
  for (const { bundle, folder } of bundles) {
    for (const name of namesOf({ bundle, folder })) {
      const key = `${bundle.kind} ${name}`;
      const other = seen.get(key);
      if (other !== undefined) {
        report.error(
          "DuplicateBundle",
          { file: folder, line: 1, column: 1 },
          `The ${KINDS[bundle.kind]} ${name} is in ${other} as well.`,
          `Give one of them another name, in the name attribute of its ${ROOTS[bundle.kind]}${bundle.kind === "sharedflow" ? " and of its folder" : ""}, or take it out.`,
        );
      }
      seen.set(key, folder);
    }
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

function checkFlowHooks(model: EnvironmentModel, report: Report): void {
  const { name, settings } = model;
  const ownReport = report.inFolder(`environments/${name}/`);
  const known = namesIn(model, "sharedflows");
  const remedyForMissing = remediesFor(model);
  for (const hook of flowHooks) {
    const flow = settings.flowHooks[hook];
    if (flow === undefined || known.includes(flow)) continue;
    const remedy = remedyForMissing("sharedflows", flow, "add the shared flow, or take it off the hook.");
    if (remedy === null) continue;
    ownReport.error(
      "SharedFlowNotFound",
      settings.hookAt(hook),
      `The ${hookPoints[hook]} names the shared flow ${flow}, which is not deployed.`,
      remedy,
    );
  }
}
